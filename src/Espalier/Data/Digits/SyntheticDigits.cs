using Espalier.Compilation.Model;

namespace Espalier.Data.Digits;

/// <summary>
/// Drawn digits of 28 x 28 pixels: skeletons in several ways of writing, slanted, stretched, elastically distorted, drawn with a round pen.
/// The same seed gives the same pixels on every machine and with any number of threads: each sample has its own random sequence, only
/// correctly rounded operations decide a pixel, and pixels are rounded to bytes.
/// </summary>
public static class SyntheticDigits
{
    /// <summary>The width and height of a picture in pixels.</summary>
    public const int Side = 28;

    internal const int PixelCount = Side * Side;

    private const int ClassCount = 10;

    /// <summary>
    /// Draws a training and a test part of 1 x 28 x 28 inputs k / 255, every class as often as the next (give or take one).
    /// </summary>
    /// <param name="trainCount">The number of training samples.</param>
    /// <param name="testCount">The number of test samples; they do not depend on the number of training samples.</param>
    /// <param name="seed">Draws everything.</param>
    /// <param name="parameters">How much the digits vary; null for the defaults.</param>
    /// <param name="threads">The number of threads at most, or -1 for all; the result does not depend on it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is not positive.</exception>
    public static DataSplit Create(int trainCount, int testCount, ulong seed, DigitParameters? parameters = null, int threads = -1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trainCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(testCount);
        parameters ??= new DigitParameters();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
        var parts = new SeededRandom(seed);
        return new DataSplit(
            CreatePart("digits train", trainCount, new SeededRandom(parts.NextUInt64()), parameters, parallel),
            CreatePart("digits test", testCount, new SeededRandom(parts.NextUInt64()), parameters, parallel));
    }

    private static Dataset CreatePart(string name, int count, SeededRandom random, DigitParameters parameters, ParallelOptions parallel)
    {
        var labels = new int[count];
        for (int i = 0; i < count; i++) labels[i] = i % ClassCount;
        random.Shuffle<int>(labels);
        var seeds = new ulong[count];
        for (int i = 0; i < count; i++) seeds[i] = random.NextUInt64();
        var inputs = new float[(long)count * PixelCount];
        Parallel.For(0, count, parallel, () => new DigitWriter(parameters), (i, _, writer) =>
        {
            Span<byte> pixels = stackalloc byte[PixelCount];
            writer.Write(labels[i], new SeededRandom(seeds[i]), pixels);
            Span<float> input = inputs.AsSpan(i * PixelCount, PixelCount);
            for (int p = 0; p < pixels.Length; p++) input[p] = pixels[p] / 255f;
            return writer;
        }, _ => { });
        return Dataset.Classification(name, new Shape(1, Side, Side), inputs, labels, IdxDataset.NumberedClasses(ClassCount));
    }
}
