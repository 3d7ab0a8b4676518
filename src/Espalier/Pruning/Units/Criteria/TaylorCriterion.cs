using System.Numerics.Tensors;
using Espalier.Pruning.Curvature;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units.Criteria;

/// <summary>
/// The change of the mean loss that a Taylor series expects when a unit's output O goes to 0 (Wolfe et al. 2016), summed over the samples:
/// of first order -O dE/dO, of second order -O dE/dO + 1/2 O^2 d2E/dO^2, with the second derivative by Optimal Brain Damage's recursion.
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
        double part = 1.0 / context.Train.Count;
        using var engine = new ComputeEngine(threads: 0);
        var sweep = new SampleSweep(context.Network, context.Train, context.Loss, withGradients: true);
        PatternCurvature curvature = PatternCurvature.Create(sweep, CurvatureKind.Recursion);
        var derivatives = new float[checked(sweep.Pass.Capacity * context.Network.Layers.Max(layer => layer.InputShape.Length))];
        var squares = new float[context.Network.PrunableParameters.Max(weights => weights.Values.Length)];
        sweep.Run(engine, (start, count) =>
        {
            curvature.Backpropagate(engine, start, count);
            for (int layer = 0; layer < changes.Length; layer++)
            {
                if (changes[layer].Length == 0) continue;
                Parameter weights = layers.Reader(layer).Weights;
                ReadOnlySpan<float> outputs = sweep.Pass.InputOf(layer).AsSpan(0, count * weights.Columns);
                engine.Product.Multiply(curvature.GradientOfSums(layer), weights.Values, derivatives, count, weights.Columns, weights.Rows);
                for (int i = 0; i < outputs.Length; i++) changes[layer][i % weights.Columns] -= part * outputs[i] * derivatives[i];
                if (order == TaylorOrder.First) continue;

                TensorPrimitives.Multiply(weights.Values, weights.Values, squares);
                engine.Product.Multiply(curvature.OfSums(layer), squares, derivatives, count, weights.Columns, weights.Rows);
                for (int i = 0; i < outputs.Length; i++)
                {
                    changes[layer][i % weights.Columns] += 0.5 * part * outputs[i] * outputs[i] * derivatives[i];
                }
            }
        }, cancellation);
        return changes;
    }
}
