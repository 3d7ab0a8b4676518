using Espalier.Compilation.Model;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units.Criteria;

/// <summary>
/// APoZ (Hu et al. 2016, Network trimming): the average percentage of zeros in a ReLU unit's output over the samples. The score is the
/// share of samples in which the unit is not zero, so that the unit with the most zeros leaves first; a score of 0 is a unit that never
/// fires.
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

        double[][] scores = NewScores(live);
        double part = 1.0 / context.Train.Count;
        using var engine = new ComputeEngine(threads: 0);
        var sweep = new SampleSweep(context.Network, context.Train, context.Loss);
        sweep.Run(engine, (_, count) =>
        {
            for (int layer = 1; layer < scores.Length; layer++)
            {
                double[] counts = scores[layer];
                ReadOnlySpan<float> outputs = sweep.Pass.InputOf(layer).AsSpan(0, count * counts.Length);
                for (int i = 0; i < outputs.Length; i++)
                {
                    int unit = i % counts.Length;
                    if (outputs[i] > 0 && live[layer][unit]) counts[unit]++;
                }
            }
        }, cancellation);
        foreach (double[] counts in scores)
        {
            for (int unit = 0; unit < counts.Length; unit++) counts[unit] *= part;
        }

        return scores;
    }
}
