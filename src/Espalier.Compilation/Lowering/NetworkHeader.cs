using System;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>
/// The facts that the public surface of the generated class depends on: names and sizes, no weight. Retraining or pruning a network
/// leaves them alone, so an editor need not look at the callers again.
/// </summary>
/// <param name="Name">The network's name, an identifier.</param>
/// <param name="InputLength">The number of inputs of a sample.</param>
/// <param name="OutputLength">The number of outputs.</param>
/// <param name="WorkspaceLength">
/// Floats of scratch that a prediction may need in whatever plan, by the sizes <i>before</i> dead units go: an upper bound that pruning
/// does not move.
/// </param>
/// <param name="DecisionThreshold">What a single output must exceed to mean class 1; without meaning for several outputs.</param>
public sealed record NetworkHeader(string Name, int InputLength, int OutputLength, int WorkspaceLength, float DecisionThreshold = 0.5f)
{
    /// <summary>The header of <paramref name="network"/>.</summary>
    public static NetworkHeader Of(Network network)
    {
        if (network is null) throw new ArgumentNullException(nameof(network));
        return new NetworkHeader(
            network.Name, network.InputShape.Length, network.OutputShape.Length, WorkspaceBound.Of(network),
            network.OutputActivation.DecisionThreshold);
    }
}
