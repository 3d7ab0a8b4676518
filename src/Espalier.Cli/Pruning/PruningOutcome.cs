using Espalier.Pruning;
using Espalier.Pruning.Patterns;
using Espalier.Training;

namespace Espalier.Cli.Pruning;

/// <summary>What a run came to.</summary>
/// <param name="Network">What is left.</param>
/// <param name="Log">What was done.</param>
/// <param name="WasInterrupted">Whether the user interrupted it; the network is then that of the last finished round.</param>
internal sealed record PruningOutcome(TrainableNetwork Network, PruningLog Log, bool WasInterrupted)
{
    /// <summary>How the pattern was laid out; null for single weights.</summary>
    public PatternLayout? Layout { get; init; }

    /// <summary>The network with the units that the pattern puts together next to each other, as model files have it.</summary>
    public TrainableNetwork Ordered => Layout?.OrderUnits(Network) ?? Network;
}
