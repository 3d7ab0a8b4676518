namespace Espalier.Cli.Reproduction.Experiments.DeepCompression;

/// <summary>The network of an experiment with <see cref="DeepCompressionWork"/>, and its scale.</summary>
/// <param name="Architecture">The form of the network.</param>
/// <param name="NetworkName">What it is called in its file.</param>
/// <param name="TrainSamples">The first training images, which are learned from.</param>
/// <param name="ValidationSamples">The last training images, by which is chosen.</param>
/// <param name="FinalSamples">The first training images, with those of the validation part, from which the reported networks learn.</param>
/// <param name="Seeds">How many networks are reported for each setting; the choice looks at the first seed only.</param>
/// <param name="DenseEpochs">Of the dense network.</param>
/// <param name="PruningEpochs">While weights go, and as many again afterwards.</param>
/// <param name="CentroidEpochs">Of the shared weights.</param>
/// <param name="StartEpochs">Of the shared weights where the starts are compared.</param>
/// <param name="Ratios">How many times fewer weights are left; the first is the paper's.</param>
/// <param name="Bits">Bits of a code.</param>
/// <param name="StartBits">Bits at which the starts are compared.</param>
internal sealed record DeepCompressionPlan(
    string Architecture, string NetworkName, int TrainSamples, int ValidationSamples, int FinalSamples, int Seeds, int DenseEpochs,
    int PruningEpochs, int CentroidEpochs, int StartEpochs, IReadOnlyList<int> Ratios, IReadOnlyList<int> Bits,
    IReadOnlyList<int> StartBits)
{
    /// <summary>LeNet-300-100.</summary>
    public static DeepCompressionPlan Full { get; } = new(
        "lenet-300-100", "LeNet300", 55_000, 5_000, 60_000, 3, 20, 30, 6, 2, [12, 40, 68, 100], [5, 4, 3], [1, 2, 3, 4, 5, 6]);

    /// <summary>The same code in seconds.</summary>
    public static DeepCompressionPlan Quick { get; } = new(
        "lenet-300-100", "LeNet300", 3_000, 500, 3_500, 1, 3, 3, 1, 1, [12, 40], [5, 3], [2, 4]);

    /// <summary>The Caffe form of LeNet-5; settings are fixed, and nothing is chosen in the run.</summary>
    public static DeepCompressionPlan LeNet5 { get; } = new(
        "lenet-5-caffe", "LeNet5", 55_000, 5_000, 60_000, 1, 8, 12, 3, 0, [14, 60], [5], []);

    /// <summary>The same code in seconds.</summary>
    public static DeepCompressionPlan QuickLeNet5 { get; } = LeNet5 with
    {
        TrainSamples = 2_000, ValidationSamples = 500, FinalSamples = 2_500, DenseEpochs = 1, PruningEpochs = 1, CentroidEpochs = 1,
    };
}
