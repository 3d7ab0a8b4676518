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
        var gradients = new ReadGradients(sweep, layers, live);
        PatternCurvature? curvature = order == TaylorOrder.Second ? PatternCurvature.Create(sweep, CurvatureKind.Recursion) : null;
        float[] derivatives = [], squares = [];
        sweep.Run(engine, (start, count) =>
        {
            gradients.Backpropagate(engine, start, count);
            for (int layer = 0; layer < changes.Length; layer++)
            {
                for (int unit = 0; unit < changes[layer].Length; unit++)
                {
                    foreach (UnitRead read in layers.Units(layer)[unit].Reads)
                    {
                        for (int sample = 0; sample < count; sample++)
                        {
                            changes[layer][unit] -= gradients.Product(read, sample, part);
                        }
                    }
                }
            }

            if (curvature is null) return;
            curvature.Backpropagate(engine, start, count);
            for (int layer = 0; layer < changes.Length; layer++)
            {
                if (changes[layer].Length == 0) continue;
                Parameter weights = layers.Units(layer)[0].Reads[0].Reader.Weights;
                ReadOnlySpan<float> outputs = sweep.Pass.InputOf(layer).AsSpan(0, count * weights.Columns);
                Array.Resize(ref derivatives, Math.Max(derivatives.Length, outputs.Length));
                Array.Resize(ref squares, Math.Max(squares.Length, weights.Values.Length));
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
