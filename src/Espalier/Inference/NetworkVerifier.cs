using Espalier.Compilation.Model;

namespace Espalier.Inference;

/// <summary>
/// Holds compiled code against the reference interpreter: over the lowered network, where the scalar kernels must agree bit for bit,
/// and over the network as it was given, where folding constants may round differently.
/// </summary>
public static class NetworkVerifier
{
    /// <summary>The largest relative deviation from the given network's outputs that still passes, for inputs of ordinary size.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>Runs <paramref name="compiled"/> and both interpreters over the network's samples, random and extreme inputs.</summary>
    /// <param name="network">The network that <paramref name="compiled"/> was made of.</param>
    /// <param name="compiled">The code to judge.</param>
    /// <param name="seed">The seed of the random inputs.</param>
    /// <param name="randomInputs">How many random inputs to try.</param>
    public static VerificationResult Verify(Network network, CompiledNetwork compiled, ulong seed = 1, int randomInputs = 100)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(compiled);
        var given = new ReferenceInterpreter(network);
        var lowered = new ReferenceInterpreter(compiled.Lowered.Network);
        float[] actual = new float[compiled.OutputLength], reference = new float[compiled.OutputLength];
        Deviation fromLowered = Deviation.None, fromGiven = Deviation.None;
        foreach ((float[] input, bool isOrdinary) in Inputs(network, seed, randomInputs))
        {
            compiled.Predict(input, actual);
            lowered.Predict(input, reference);
            fromLowered = fromLowered.Or(Deviation.Between(actual, reference));
            if (!isOrdinary) continue;
            given.Predict(input, reference);
            fromGiven = fromGiven.Or(Deviation.Between(actual, reference));
        }

        bool samplesHold = compiled.Verify(out float largestSampleError);
        return new VerificationResult(fromLowered, fromGiven, network.Samples.Length, samplesHold, largestSampleError);
    }

    private static IEnumerable<(float[] Input, bool IsOrdinary)> Inputs(Network network, ulong seed, int randomInputs)
    {
        int length = network.InputShape.Length;
        foreach (Sample sample in network.Samples) yield return (sample.ToDenseInput(length), true);
        var random = new SeededRandom(seed);
        for (int i = 0; i < randomInputs; i++)
        {
            // Every other input is mostly zero, as images are.
            double share = i % 2 == 0 ? 1 : 0.2;
            yield return (Fill(length, () => random.NextDouble() < share ? (float)random.NextNormal() : 0), true);
        }

        foreach (float extreme in (float[])[0, -0f, 1, -1, 1e-40f, -1e-40f]) yield return (Fill(length, () => extreme), true);
        foreach (float extreme in (float[])[1e30f, -1e30f, float.MaxValue, float.PositiveInfinity, float.NaN])
        {
            yield return (Fill(length, () => extreme), false);
            yield return (Fill(length, () => random.NextDouble() < 0.5 ? extreme : -extreme), false);
            yield return (Fill(length, () => random.NextDouble() < 0.1 ? extreme : 0), false);
        }
    }

    private static float[] Fill(int length, Func<float> next)
    {
        var input = new float[length];
        for (int i = 0; i < length; i++) input[i] = next();
        return input;
    }
}
