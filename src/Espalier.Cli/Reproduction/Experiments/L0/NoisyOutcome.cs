using Espalier.Pruning.Gates;

namespace Espalier.Cli.Reproduction.Experiments.L0;

/// <summary>What a training under noise came to.</summary>
/// <param name="Error">Test error in percent as trained.</param>
/// <param name="TunedError">Test error in percent after the survivors trained on without noise.</param>
/// <param name="Sizes">Filters, inputs of the first dense layer, and units that have weights, such as "20-50-800-500".</param>
/// <param name="Layers">What is left.</param>
/// <param name="Epochs">Every epoch under noise.</param>
internal sealed record NoisyOutcome(
    double Error, double TunedError, string Sizes, IReadOnlyList<LayerSparsity> Layers, IReadOnlyList<StochasticEpoch> Epochs)
{
    /// <summary>The weights that are left.</summary>
    public int Weights => Layers.Sum(layer => layer.Weights);

    /// <summary>The inputs that each layer still reads, in the form 784-300-100.</summary>
    public string Units => string.Join("-", Layers.Select(layer => layer.Inputs));
}
