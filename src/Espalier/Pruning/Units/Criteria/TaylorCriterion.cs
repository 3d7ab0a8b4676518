using Espalier.Pruning.Curvature;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units.Criteria;

/// <summary>
/// The change of the mean loss that a Taylor series expects when a unit's output O goes to 0 (Wolfe et al. 2016), summed over the samples:
/// of first order -O dE/dO, of second order -O dE/dO + 1/2 O^2 d2E/dO^2, with the second derivative by Optimal Brain Damage's recursion.
/// For a filter both are summed over its positions, as if mixed derivatives by two of them were zero.
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
        PatternCurvature? curvature = order == TaylorOrder.Second ? PatternCurvature.Create(sweep, CurvatureKind.Recursion) : null;
        var slopes = new ReadDerivatives(sweep, layers, live);
        ReadDerivatives? bends = curvature is null ? null : new ReadDerivatives(sweep, layers, live, isSecond: true);
        sweep.Run(engine, (start, count) =>
        {
            if (curvature is null) ReadDerivatives.BackpropagatePatterns(sweep, engine, start, count);
            else curvature.Backpropagate(engine, start, count);
            slopes.Backpropagate(engine, count, sweep.Pass.GradientOfSums);
            bends?.Backpropagate(engine, count, curvature!.OfSums);
            for (int layer = 0; layer < changes.Length; layer++)
            {
                for (int unit = 0; unit < changes[layer].Length; unit++)
                {
                    foreach (UnitRead read in layers.Units(layer)[unit].Reads)
                    {
                        for (int sample = 0; sample < count; sample++) changes[layer][unit] -= slopes.Product(read, sample, part);
                        if (bends is null) continue;
                        for (int sample = 0; sample < count; sample++) changes[layer][unit] += bends.Product(read, sample, 0.5 * part);
                    }
                }
            }
        }, cancellation);
        return changes;
    }
}
