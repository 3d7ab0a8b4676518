using Espalier.Data;
using Espalier.Training;

namespace Espalier.Pruning.Gates;

/// <summary>
/// Prunes a network by sparse variational dropout (Molchanov, Ashukha, Vetrov 2017): every weight is a normal number whose mean and
/// variance are learned against a log-uniform prior, and those whose variance drowns their mean are removed. The same seed gives the
/// same bits, whatever the number of threads.
/// </summary>
public sealed class VariationalDropoutPruner
{
    /// <summary>Keeps the seeds of noise apart from the seed of the order of samples.</summary>
    private const ulong NoiseStream = 0x6e6f697365;

    private readonly StochasticRun _run;

    /// <summary>Prepares a run.</summary>
    /// <inheritdoc cref="L0Pruner(TrainableNetwork, Dataset, Dataset?, L0Options)"/>
    public VariationalDropoutPruner(TrainableNetwork network, Dataset train, Dataset? validation, VariationalDropoutOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        double divergenceWeight = options.DivergenceScale / train.Count;
        var random = new SeededRandom(options.Training.Seed ^ NoiseStream);
        _run = new StochasticRun(
            "variational-dropout", network, train, validation, options.Training, options.FineTuning, averageDecay: 0, (layer, _) =>
                new VariationalLayer(layer, new VariationalSettings(
                    divergenceWeight, options.WarmUpEpochs, options.StartLogVariance, options.Threshold, random.NextUInt64())));
    }

    /// <inheritdoc cref="StochasticRun.Run"/>
    public StochasticPruningLog Run(IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default) =>
        _run.Run(progress, cancellation);
}
