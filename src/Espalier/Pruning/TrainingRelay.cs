using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>Passes the progress of a training on as a part of the pruning run around it.</summary>
internal sealed class TrainingRelay(Action<TrainingProgress> report) : IProgress<TrainingProgress>
{
    /// <inheritdoc/>
    public void Report(TrainingProgress value) => report(value);
}
