using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>Passes the progress of a training on as a part of the pruning run around it.</summary>
internal sealed class TrainingRelay : IProgress<TrainingProgress>
{
    private readonly IProgress<PruningProgress> _progress;
    private readonly Func<PruningProgress> _run;

    private TrainingRelay(IProgress<PruningProgress> progress, Func<PruningProgress> run) => (_progress, _run) = (progress, run);

    /// <summary>A relay for a training in the state <paramref name="run"/> of the run around it; null when nobody listens.</summary>
    public static TrainingRelay? To(IProgress<PruningProgress>? progress, PruningProgress run) =>
        progress is null ? null : new TrainingRelay(progress, () => run);

    /// <summary>
    /// A relay for a training that is one phase of a run, while weights of <paramref name="network"/> go; null when nobody listens.
    /// </summary>
    public static TrainingRelay? To(IProgress<PruningProgress>? progress, TrainableNetwork network, int phase, int phases) =>
        progress is null ? null : new TrainingRelay(progress, () => new PruningProgress(phase, phases, network.LiveWeightCount, null));

    /// <inheritdoc/>
    public void Report(TrainingProgress value) => _progress.Report(_run() with { Training = value });
}
