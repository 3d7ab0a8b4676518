using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>All that a run did, ready for JSON and plots.</summary>
/// <param name="Criterion">What units were worth.</param>
/// <param name="Ranking">When they were scored: a name of <see cref="UnitRanking"/>.</param>
/// <param name="MeasuredOn">The name of the set that evaluations are of: the validation part, or without one the training part.</param>
/// <param name="UnitsBefore">The units that could leave before the run.</param>
/// <param name="UnitsAfter">Those that are left of them.</param>
/// <param name="Before">The network before the run.</param>
/// <param name="After">The network after it.</param>
/// <param name="Rounds">Every round in order; the last one may have been taken back.</param>
public sealed record UnitPruningLog(
    string Criterion,
    string Ranking,
    string MeasuredOn,
    int UnitsBefore,
    int UnitsAfter,
    Evaluation Before,
    Evaluation After,
    IReadOnlyList<UnitPruningRound> Rounds);
