using Espalier.Data;
using Espalier.Pruning.Patterns;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Pruning;

/// <summary>What a criterion may look at.</summary>
/// <param name="Network">The network as it stands.</param>
/// <param name="Train">The training samples, for criteria that look at data.</param>
/// <param name="Loss">The loss that the network was trained on, for criteria that look at its derivatives.</param>
public sealed record PruningContext(TrainableNetwork Network, Dataset Train, LossKind Loss)
{
    /// <summary>Which weights may leave together; null for each by itself.</summary>
    public PatternLayout? Layout { get; init; }
}
