using Espalier.Data;
using Espalier.Training;

namespace Espalier.Pruning.Gates;

/// <summary>
/// Prunes a network by L0 regularisation (Louizos, Welling, Kingma 2018): gates of the hard-concrete distribution multiply the weights,
/// and the mean loss plus lambda times the expected number of non-zero weights is minimised over weights and gates together. In the end
/// gates are folded into the weights, those that are exactly 0 with all they closed. Gates on inputs leave fewer units, dense between
/// them. The same seed gives the same bits, whatever the number of threads.
/// </summary>
public sealed class L0Pruner
{
    /// <summary>Keeps the seeds of gates apart from the seed of the order of samples.</summary>
    private const ulong GateStream = 0x6761746573;

    private readonly StochasticRun _run;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">The network, which the run changes.</param>
    /// <param name="train">What it learns from.</param>
    /// <param name="validation">What the log judges by; null for the training part. Never a test set.</param>
    /// <param name="options">All other choices.</param>
    /// <exception cref="EspalierException">The data do not fit the network, or an option is out of its range.</exception>
    public L0Pruner(TrainableNetwork network, Dataset train, Dataset? validation, L0Options options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.Lambda.Count != 1 && options.Lambda.Count != network.PrunableParameters.Count)
        {
            throw new EspalierException(
                $"L0 option Lambda has {options.Lambda.Count} numbers for {network.PrunableParameters.Count} layers with weights; "
                    + "give one, or one for each.");
        }

        // The decay is part of the expected penalty: the optimizer must not add it once more.
        double decay = options.Training.Optimizer.WeightDecay;
        TrainingOptions training = options.Training with { Optimizer = options.Training.Optimizer with { WeightDecay = 0 } };
        var random = new SeededRandom(training.Seed ^ GateStream);
        _run = new StochasticRun(
            "l0", network, train, validation, training, options.FineTuning, options.AverageDecay, (layer, i) =>
            {
                double cost = options.Lambda[options.Lambda.Count == 1 ? 0 : i] / train.Count;
                var settings = new GateSettings(cost, decay, options.DropRate, random.NextUInt64());
                return options.GatePerSample && layer is TrainableDense dense
                    ? new SampleGatedDense(dense, settings)
                    : new BatchGatedLayer(layer, options.Group, settings);
            });
    }

    /// <inheritdoc cref="StochasticRun.Run"/>
    public StochasticPruningLog Run(IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default) =>
        _run.Run(progress, cancellation);
}
