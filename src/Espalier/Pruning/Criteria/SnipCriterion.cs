using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Criteria;

/// <summary>
/// SNIP (Lee et al. 2019): s = |dL/dc| / sum |dL/dc|, with c = 1 the mask variables of the weights c w, so that dL/dc = w dL/dw. Meant for
/// a network at its starting weights, on one batch, before any training. Layers compete.
/// </summary>
public sealed class SnipCriterion : ScoreCriterion
{
    /// <summary>The samples of the batch, drawn without repetition; no more than there are. 100 in the paper.</summary>
    public int SampleCount { get; init; } = 100;

    /// <summary>Draws the batch.</summary>
    public ulong Seed { get; init; } = 1;

    /// <inheritdoc/>
    public override string Name => "snip";

    /// <inheritdoc/>
    public override float[][] Score(PruningContext context, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (SampleCount < 1) throw new EspalierException($"SNIP looks at {SampleCount} samples; give it at least 1.");
        double[][] sensitivities = [.. context.Network.PrunableParameters.Select(layer => new double[layer.Values.Length])];
        var sweep = new SampleSweep(context.Network, Draw(context.Train), context.Loss, withGradients: true);
        using var engine = new ComputeEngine(threads: 0);
        sweep.Run(
            engine,
            (start, count) =>
            {
                sweep.EvaluateLoss(start, count);
                sweep.Pass.Backward(engine, count);
                for (int layer = 0; layer < sensitivities.Length; layer++)
                {
                    Add(sensitivities[layer], context.Network.PrunableParameters[layer], count);
                }
            },
            cancellation);

        double sum = sensitivities.Sum(layer => layer.Sum(Math.Abs));
        double scale = sum > 0 ? 1 / sum : 0;
        return [.. sensitivities.Select(layer => Array.ConvertAll(layer, value => (float)(Math.Abs(value) * scale)))];
    }

    private static void Add(double[] sums, Parameter weights, int count)
    {
        for (int i = 0; i < sums.Length; i++) sums[i] += (double)weights.Values[i] * weights.Gradient[i] * count;
    }

    private Dataset Draw(Dataset train)
    {
        int[] indices = [.. Enumerable.Range(0, train.Count)];
        new SeededRandom(Seed).Shuffle<int>(indices);
        return train.Subset(train.Name, indices.AsSpan(0, Math.Min(SampleCount, indices.Length)));
    }
}
