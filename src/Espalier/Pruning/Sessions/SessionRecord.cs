using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Sessions;

/// <summary>The log of a session as its folder holds it, beside the states of the network.</summary>
/// <param name="Version">The format's version.</param>
/// <param name="Network">The network's name.</param>
/// <param name="Data">The name of the training part.</param>
/// <param name="MeasuredOn">The name of the set that evaluations are of.</param>
/// <param name="Fingerprint">The hash of all samples.</param>
/// <param name="Loss">The loss.</param>
/// <param name="Recipe">How the session was set up, in words of whoever did.</param>
/// <param name="WeightsAtStart">The weights before the first round.</param>
/// <param name="Start">The network before the first round.</param>
/// <param name="Rounds">All rounds in order.</param>
/// <param name="States">The files of the states: at the start, then after each round that stands.</param>
internal sealed record SessionRecord(
    int Version,
    string Network,
    string Data,
    string MeasuredOn,
    string Fingerprint,
    LossKind Loss,
    IReadOnlyList<string> Recipe,
    int WeightsAtStart,
    Evaluation Start,
    IReadOnlyList<PruningRound> Rounds,
    IReadOnlyList<string> States);
