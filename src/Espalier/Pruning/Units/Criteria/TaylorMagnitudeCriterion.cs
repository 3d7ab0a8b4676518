using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units.Criteria;

/// <summary>
/// The magnitude of what each sample's loss is expected to change by when a unit's output O goes to 0, |sum over positions of O dE/dO|,
/// averaged over the samples and divided by the root of the sum of squares over the units of the layer (Molchanov et al. 2017, Pruning
/// convolutional neural networks for resource efficient inference; their division by the number of positions cancels). Unlike the signed
/// sum, it does not vanish for a network at a minimum of the loss.
/// </summary>
public sealed class TaylorMagnitudeCriterion : UnitCriterion
{
    /// <inheritdoc/>
    public override string Name => "taylor";

    private protected override double[][] Score(
        PruningContext context, UnitLayers layers, bool[][] live, CancellationToken cancellation)
    {
        double[][] scores = NewScores(live);
        double part = 1.0 / context.Train.Count;
        using var engine = new ComputeEngine(threads: 0);
        var sweep = new SampleSweep(context.Network, context.Train, context.Loss, withGradients: true);
        var gradients = new ReadDerivatives(sweep, layers, live);
        sweep.Run(engine, (start, count) =>
        {
            ReadDerivatives.BackpropagatePatterns(sweep, engine, start, count);
            gradients.Backpropagate(engine, count, sweep.Pass.GradientOfSums);
            for (int layer = 0; layer < scores.Length; layer++)
            {
                for (int unit = 0; unit < scores[layer].Length; unit++)
                {
                    IReadOnlyList<UnitRead> reads = layers.Units(layer)[unit].Reads;
                    for (int sample = 0; sample < count; sample++)
                    {
                        double change = 0;
                        foreach (UnitRead read in reads) change += gradients.Product(read, sample, part);
                        scores[layer][unit] += Math.Abs(change);
                    }
                }
            }
        }, cancellation);
        foreach (double[] layer in scores)
        {
            double norm = Math.Sqrt(layer.Sum(score => score * score));
            for (int unit = 0; norm > 0 && unit < layer.Length; unit++) layer[unit] /= norm;
        }

        return scores;
    }
}
