using Espalier.Pruning.Patterns;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Pruning;

/// <summary>All that a pruning run did, ready for JSON and plots. The mask itself is the zero pattern of the network.</summary>
/// <param name="Criterion">What weights were worth.</param>
/// <param name="Scope">Which of them competed: "Global" or "PerLayer", or the name of the <see cref="Allocation.LayerAllocation"/>.</param>
/// <param name="Schedule">
/// How fast they went: a name of <see cref="SparsitySchedule"/>, "Search" when the error decided, or "Interactive" when a person did.
/// </param>
/// <param name="MeasuredOn">The name of the set that evaluations are of: the validation part, or without one the training part.</param>
/// <param name="WeightsBefore">The weights that were left before the run.</param>
/// <param name="WeightsAfter">The weights that are left after it.</param>
/// <param name="Before">The network before the run.</param>
/// <param name="After">The network after it.</param>
/// <param name="Rounds">Every round in order, those too that were taken back.</param>
public sealed record PruningLog(
    string Criterion,
    string Scope,
    string Schedule,
    string MeasuredOn,
    int WeightsBefore,
    int WeightsAfter,
    Evaluation Before,
    Evaluation After,
    IReadOnlyList<PruningRound> Rounds)
{
    /// <summary>Which weights stayed or left together: the spelling of a <see cref="Patterns.PruningPattern"/>.</summary>
    public string Pattern { get; init; } = PruningPattern.Weights.Name;

    /// <summary>How far it was to go, such as "fraction 0.08"; empty when a person decided from round to round.</summary>
    public string Target { get; init; } = "";

    /// <summary>The loss that evaluations report.</summary>
    public LossKind Loss { get; init; }

    /// <summary>The seed of the training in it, or null when there was none.</summary>
    public ulong? Seed { get; init; }
}
