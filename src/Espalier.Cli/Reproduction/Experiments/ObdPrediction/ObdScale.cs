namespace Espalier.Cli.Reproduction.Experiments.ObdPrediction;

/// <summary>How much work <see cref="ObdRuns"/> does.</summary>
/// <param name="Seeds">Networks to train.</param>
/// <param name="Train">Training images.</param>
/// <param name="Validation">Validation images.</param>
/// <param name="Epochs">Epochs of training in batches of 1,000.</param>
/// <param name="FullBatches">Steps over all samples after that.</param>
/// <param name="Steps">Steps of a curve of deletions without retraining.</param>
/// <param name="Rounds">Rounds with retraining to a quarter of the weights.</param>
/// <param name="RetrainingEpochs">Epochs of each.</param>
/// <param name="SoftmaxEpochs">Epochs of training of the softmax network, in batches of 100.</param>
internal sealed record ObdScale(
    int Seeds, int Train, int Validation, int Epochs, int FullBatches, int Steps, int Rounds, int RetrainingEpochs, int SoftmaxEpochs)
{
    /// <summary>What the report shows: minutes.</summary>
    public static ObdScale Full { get; } = new(3, 50_000, 10_000, 300, 200, 50, 10, 20, 60);

    /// <summary>What shows that it works: seconds.</summary>
    public static ObdScale Quick { get; } = new(1, 4000, 1000, 300, 50, 20, 4, 20, 60);
}
