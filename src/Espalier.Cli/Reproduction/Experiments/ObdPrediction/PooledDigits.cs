using Espalier.Compilation.Model;
using Espalier.Data;

namespace Espalier.Cli.Reproduction.Experiments.ObdPrediction;

/// <summary>
/// MNIST at 12 x 12: the middle 24 x 24 pixels in means of four. A small network can learn that, and no pixel is always blank, whose
/// weights would be deleted first and with perfect foresight.
/// </summary>
internal sealed class PooledDigits
{
    private const int Side = 12, FullSide = 28, Border = 2;

    /// <summary>Pools the first training images, the last ones for validation, and the test images.</summary>
    /// <param name="mnist">MNIST, 28 x 28.</param>
    /// <param name="train">The number of training images.</param>
    /// <param name="validation">The number of validation images.</param>
    public PooledDigits(DataSplit mnist, int train, int validation)
    {
        Train = Pool(mnist.Train, "mnist 12x12 train", 0, train);
        Validation = Pool(mnist.Train, "mnist 12x12 validation", mnist.Train.Count - validation, validation);
        Test = Pool(mnist.Test, "mnist 12x12 test", 0, mnist.Test.Count);
    }

    /// <summary>What the network learns from, and what predictions are of.</summary>
    public Dataset Train { get; }

    /// <summary>What choices are made by.</summary>
    public Dataset Validation { get; }

    /// <summary>What is reported at the end.</summary>
    public Dataset Test { get; }

    private static Dataset Pool(Dataset images, string name, int first, int count)
    {
        var inputs = new float[count * Side * Side];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> image = images.Input(first + i);
            Span<float> pooled = inputs.AsSpan(i * Side * Side, Side * Side);
            for (int at = 0; at < pooled.Length; at++)
            {
                int corner = (Border + 2 * (at / Side)) * FullSide + Border + 2 * (at % Side);
                pooled[at] = (image[corner] + image[corner + 1] + image[corner + FullSide] + image[corner + FullSide + 1]) / 4;
            }
        }

        return Dataset.Classification(
            name, Shape.Flat(Side * Side), inputs, images.Labels.AsSpan(first, count).ToArray(), images.ClassNames);
    }
}
