using Espalier.Training;

namespace Espalier.Pruning.Gates;

/// <summary>What an epoch under noise came to.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Loss">The mean loss over the epoch's batches under noise, without the penalty.</param>
/// <param name="Layers">What would be left if training ended here.</param>
/// <param name="Evaluation">How that does on the validation part, or null when there is none.</param>
public sealed record StochasticEpoch(int Epoch, double Loss, IReadOnlyList<LayerSparsity> Layers, Evaluation? Evaluation)
{
    /// <summary>The weights that would be left.</summary>
    public int Weights => Layers.Sum(layer => layer.Weights);

    /// <summary>The weights that training expects to be left.</summary>
    public double ExpectedWeights => Layers.Sum(layer => layer.ExpectedWeights);
}
