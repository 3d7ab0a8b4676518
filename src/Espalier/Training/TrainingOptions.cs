using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Training;

/// <summary>All choices of a training run; with the data and the starting weights they decide its result to the bit.</summary>
public sealed record TrainingOptions
{
    /// <summary>What is minimised.</summary>
    public LossKind Loss { get; init; } = LossKind.CategoricalCrossEntropy;

    /// <summary>How weights move.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>How far.</summary>
    public LearningRateSchedule LearningRate { get; init; } = LearningRateSchedule.Constant(1e-3);

    /// <summary>The number of passes through the training samples.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>The number of samples of a step: 1 for stochastic, 0 for batch gradient descent (all samples).</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Decides the order of the samples, and what dropout drops.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The number of threads, 0 for one for each processor. It has no influence on the result.</summary>
    public int Threads { get; init; }

    /// <summary>When to stop before the last epoch, or null to run them all and keep the last weights.</summary>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        if (Epochs < 1) throw new EspalierException($"Training option Epochs is {Epochs}; it must be at least 1.");
        if (BatchSize < 0) throw new EspalierException($"Training option BatchSize is {BatchSize}; it must be 0 (all samples) or more.");
        if (Threads < 0) throw new EspalierException($"Training option Threads is {Threads}; it must be 0 (all processors) or more.");
        if (EarlyStopping is { Patience: < 1 }) throw new EspalierException("Training option Patience must be at least 1.");
        Optimizer.Validate();
        LearningRate.Validate();
    }
}
