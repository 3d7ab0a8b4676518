using Espalier.Training;

namespace Espalier.Pruning.Surgery;

/// <summary>All that a run of <see cref="SequentialPruner"/> did.</summary>
/// <param name="Order">Which parameter went next.</param>
/// <param name="CountsBiases">Whether the counts are with biases.</param>
/// <param name="CountBefore">The parameters that were left before the run.</param>
/// <param name="CountAfter">The parameters that are left after it.</param>
/// <param name="Before">The network on the training samples before the run.</param>
/// <param name="After">The network on the training samples after it.</param>
/// <param name="Deletions">Every attempt in order, those too that were undone.</param>
public sealed record SequentialPruningLog(
    DeletionOrder Order,
    bool CountsBiases,
    int CountBefore,
    int CountAfter,
    Evaluation Before,
    Evaluation After,
    IReadOnlyList<Deletion> Deletions);
