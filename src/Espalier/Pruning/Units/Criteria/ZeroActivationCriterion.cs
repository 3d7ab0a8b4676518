using Espalier.Compilation.Model;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Units.Criteria;

/// <summary>
/// APoZ (Hu et al. 2016, Network trimming): the average percentage of zeros in a ReLU unit's output over the samples. The score is the
/// share of samples, and of a filter's positions, in which the unit is not zero, so that the unit with the most zeros leaves first; a score
/// of 0 is a unit that never fires. Their own rule, which removes the units of a layer beyond one standard deviation, is
/// <see cref="UnitChoice.Outlying"/>.
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
        UnitFace[][][] rectified = [.. live.Select((asked, layer) => Array.ConvertAll(
            asked.Length == 0 ? [] : layers.Units(layer).ToArray(), unit => new[] { Rectified(layers.Network, layer, unit) }))];
        using var engine = new ComputeEngine(threads: 0);
        var sweep = new SampleSweep(context.Network, context.Train, context.Loss);
        double[][][] firing = UnitAverages.Measure(sweep, engine, rectified, CountFiring, cancellation);
        return [.. live.Select((asked, layer) => asked.Select((isLive, unit) => isLive ? firing[layer][unit][0] : 0).ToArray())];
    }

    /// <summary>Where ReLU has made zeros of a unit: of a filter before any pooling, after normalisation or addition.</summary>
    private static UnitFace Rectified(TrainableNetwork network, int layer, UnitParts unit)
    {
        foreach (UnitFace place in unit.Places)
        {
            if (network.Layers[place.Value].Activation.Kind == ActivationKind.Relu) return place;
        }

        TrainableLayer owner = network.Layers[layer - 1];
        throw new EspalierException($"apoz counts the zeros that ReLU yields; layer '{owner.Name}' has "
            + $"{owner.Activation.Kind}. Choose another criterion.");
    }

    private static void CountFiring(int value, Span<float> outputs)
    {
        foreach (ref float output in outputs) output = output > 0 ? 1 : 0;
    }
}
