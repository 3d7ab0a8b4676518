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

    /// <summary>All that a method of its own has to tell besides, or null.</summary>
    public object? Details { get; init; }

    /// <summary>What a log file holds: the log, with the details where there are any.</summary>
    public object FullLog => Details is null ? Log : new { Log, Details };
}
