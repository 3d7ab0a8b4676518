using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units.Criteria;

/// <summary>
/// The change of the mean loss that a Taylor series expects when a unit's output O goes to 0 (Wolfe et al. 2016), summed over the samples:
/// of first order -O dE/dO, of second order -O dE/dO + 1/2 O^2 d2E/dO^2.
/// </summary>
/// <param name="order">How far the series goes.</param>
public sealed class TaylorCriterion(TaylorOrder order) : UnitCriterion
{
    /// <inheritdoc/>
    public override string Name => order == TaylorOrder.First ? "first-order" : "second-order";

    /// <inheritdoc/>
    public override bool PredictsLoss => true;

    private protected override double[][] Score(
        PruningContext context, UnitLayers layers, bool[][] live, CancellationToken cancellation)
    {
        double[][] changes = NewScores(live);
        using var engine = new ComputeEngine(threads: 0);
        var sweep = new SampleSweep(context.Network, context.Train, context.Loss, withGradients: true);
        float[] slopes = new float[checked(sweep.Pass.Capacity * context.Network.Layers.Max(layer => layer.InputShape.Length))];
        sweep.Run(engine, (start, count) =>
        {
            sweep.EvaluateLoss(start, count);
            sweep.Pass.Backward(engine, count);
            double part = (double)count / context.Train.Count;
            for (int layer = 0; layer < changes.Length; layer++)
            {
                if (changes[layer].Length == 0) continue;
                Parameter weights = layers.Reader(layer).Weights;
                engine.Product.Multiply(sweep.Pass.GradientOfSums(layer), weights.Values, slopes, count, weights.Columns, weights.Rows);
                AddTerms(sweep.Pass.InputOf(layer), slopes, -part, changes[layer], count);
            }
        }, cancellation);
        return changes;
    }

    private static void AddTerms(float[] outputs, float[] derivatives, double factor, double[] changes, int count)
    {
        for (int i = 0; i < count * changes.Length; i++) changes[i % changes.Length] += factor * outputs[i] * derivatives[i];
    }
}
