using Espalier.Training;

namespace Espalier.Pruning.Gates;

/// <summary>All that a pruning by noisy training did, ready for JSON and plots.</summary>
/// <param name="Method">What was done: "l0" or "variational-dropout".</param>
/// <param name="MeasuredOn">The name of the set that evaluations are of: the validation part, or without one the training part.</param>
/// <param name="WeightsBefore">The weights that were left before the run.</param>
/// <param name="Before">The network before the run.</param>
/// <param name="AfterPruning">The network with the noise taken away and what it decided removed.</param>
/// <param name="AfterFineTuning">The same after fine-tuning, or null when there was none.</param>
/// <param name="Layers">What is left.</param>
/// <param name="Epochs">Every epoch under noise.</param>
public sealed record StochasticPruningLog(
    string Method,
    string MeasuredOn,
    int WeightsBefore,
    Evaluation Before,
    Evaluation AfterPruning,
    Evaluation? AfterFineTuning,
    IReadOnlyList<LayerSparsity> Layers,
    IReadOnlyList<StochasticEpoch> Epochs)
{
    /// <summary>The weights that are left.</summary>
    public int WeightsAfter => Layers.Sum(layer => layer.Weights);
}
