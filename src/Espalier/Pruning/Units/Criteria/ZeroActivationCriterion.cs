using Espalier.Compilation.Model;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units.Criteria;

/// <summary>
/// APoZ (Hu et al. 2016, Network trimming): the average percentage of zeros in a ReLU unit's output over the samples. The score is the
/// share of samples in which the unit is not zero, so that the unit with the most zeros leaves first; a score of 0 is a unit that never
/// fires. Their own rule, which removes the units of a layer beyond one standard deviation, is <see cref="UnitChoice.Outlying"/>.
/// </summary>
public sealed class ZeroActivationCriterion : UnitCriterion
{
    /// <inheritdoc/>
    public override string Name => "apoz";

    /// <inheritdoc/>
    public override bool ScoresInputs => false;

    private protected override double[][] Score(
        PruningContext context, UnitLayers layers, bool[][] live, CancellationToken cancellation)
    {
        for (int layer = 1; layer < layers.Count; layer++)
        {
            if (layers.Writer(layer).Activation.Kind != ActivationKind.Relu)
            {
                throw new EspalierException($"apoz counts the zeros that ReLU yields; layer '{layers.Writer(layer).Name}' has "
                    + $"{layers.Writer(layer).Activation.Kind}. Choose another criterion.");
            }
        }

        using var engine = new ComputeEngine(threads: 0);
        var sweep = new SampleSweep(context.Network, context.Train, context.Loss);
        double[][] scores = UnitAverages.Measure(sweep, engine, live, CountFiring, cancellation);
        for (int layer = 0; layer < scores.Length; layer++)
        {
            for (int unit = 0; unit < scores[layer].Length; unit++)
            {
                if (!live[layer][unit]) scores[layer][unit] = 0;
            }
        }

        return scores;
    }

    private static void CountFiring(int layer, Span<float> outputs)
    {
        foreach (ref float output in outputs) output = output > 0 ? 1 : 0;
    }
}
