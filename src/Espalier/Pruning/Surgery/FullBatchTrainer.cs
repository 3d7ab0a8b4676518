using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Surgery;

/// <summary>
/// Trains a small network on all samples at once, in double precision, to where the gradient vanishes. Masks of weights and of biases hold.
/// </summary>
public static class FullBatchTrainer
{
    /// <summary>Trains <paramref name="network"/> in place from its present numbers.</summary>
    /// <param name="network">The network; its parameters become the floats nearest to the minimum.</param>
    /// <param name="train">What it learns from.</param>
    /// <param name="loss">What is minimised.</param>
    /// <param name="options">All other choices; null for the defaults.</param>
    /// <param name="cancellation">Ends the training and leaves the network as it was.</param>
    /// <exception cref="EspalierException">
    /// A layer is not dense, the data or the loss do not fit the network, or an option is out of its range.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static FullBatchResult Train(
        TrainableNetwork network, Dataset train, LossKind loss, FullBatchOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(train);
        options ??= new FullBatchOptions();
        options.Validate();
        var flat = new FlatNetwork(network);
        var objective = new FlatObjective(network, flat, train, loss, options.WeightDecay);
        FullBatchResult result = FullBatchMinimizer.Minimize(
            objective, flat, options.MaxIterations, options.GradientTolerance, cancellation);
        flat.Write();
        return result;
    }
}
