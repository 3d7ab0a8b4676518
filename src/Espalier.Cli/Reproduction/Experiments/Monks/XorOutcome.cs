namespace Espalier.Cli.Reproduction.Experiments.Monks;

/// <summary>How often the first parameter that an order deletes is the right one.</summary>
/// <param name="Order">The order.</param>
/// <param name="Right">The networks in which its choice is as good as the best.</param>
/// <param name="Solvable">The networks that can still learn XOR without it.</param>
/// <param name="Unharmed">The networks that solve XOR right after the deletion, before any retraining.</param>
internal sealed record XorOutcome(string Order, int Right, int Solvable, int Unharmed);
