using System.Numerics.Tensors;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units.Criteria;

/// <summary>
/// N2PS (reconstruction). Augasta and Kathirvalavakumar (2011, A novel pruning algorithm for optimizing feedforward neural network of
/// classification problems) judge inputs and hidden units by their sigmoid activation and all weights of their outgoing connections,
/// relative to the layer; their exact formula could not be read. This is our reading of it:
/// S_i = mean over the samples of |v_i| times the sum over k of |w_ki|, with v_i = sigmoid(x_i) for inputs and the unit's output for hidden
/// units, for a filter the mean over its positions; the score is S_i over the mean S of the layer's living units, so that 1 is the
/// average unit.
/// </summary>
public sealed class SignificanceCriterion : UnitCriterion
{
    /// <inheritdoc/>
    public override string Name => "n2ps";

    private protected override double[][] Score(
        PruningContext context, UnitLayers layers, bool[][] live, CancellationToken cancellation)
    {
        using var engine = new ComputeEngine(threads: 0);
        var sweep = new SampleSweep(context.Network, context.Train, context.Loss);
        double[][][] magnitudes = UnitAverages.Measure(
            sweep, engine, [.. layers.Faces().Select((units, layer) => live[layer].Length == 0 ? [] : units)], Magnitudes, cancellation);
        double[][] scores = NewScores(live);
        for (int layer = 0; layer < scores.Length; layer++)
        {
            double sum = 0;
            for (int unit = 0; unit < scores[layer].Length; unit++)
            {
                foreach (UnitRead read in layers.Units(layer)[unit].Reads)
                {
                    double weights = TensorPrimitives.SumOfMagnitudes<float>(read.Weights());
                    scores[layer][unit] += magnitudes[layer][unit][read.FaceIndex] * weights;
                }

                sum += scores[layer][unit];
            }

            // A removed unit has no outgoing weight, so it adds nothing to the sum.
            double mean = sum / Math.Max(1, live[layer].AsSpan().Count(true));
            for (int unit = 0; mean > 0 && unit < scores[layer].Length; unit++) scores[layer][unit] /= mean;
        }

        return scores;
    }

    private static void Magnitudes(int value, Span<float> outputs)
    {
        if (value < 0) TensorPrimitives.Sigmoid<float>(outputs, outputs);
        else TensorPrimitives.Abs<float>(outputs, outputs);
    }
}
