using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// The second moments of what a layer reads, for each group of its units: the mean over samples of [x;1] [y;1]^T, summed over positions,
/// with y = x or what the same layer reads in another network.
/// </summary>
internal sealed class LayerMoments
{
    private readonly string _name;
    private readonly LayerInputs _inputs;
    private readonly LayerInputs? _others;
    private readonly MomentSum[] _sums;

    /// <summary>Prepares sums.</summary>
    /// <param name="team">The threads.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="samples">The number of samples that there will be.</param>
    /// <param name="isCrossed">Whether they are of the inputs of two networks.</param>
    public LayerMoments(ThreadTeam team, TrainableWeightedLayer layer, int samples, bool isCrossed = false)
    {
        (_name, _inputs) = (layer.Name, new LayerInputs(layer, samples));
        int columns = _inputs.Columns;
        if (isCrossed) _others = new LayerInputs(layer, samples);
        _sums = new MomentSum[_inputs.Groups];
        for (int g = 0; g < _sums.Length; g++)
        {
            _sums[g] = isCrossed ? new MomentSum(team, columns, columns) : new MomentSum(team, columns);
        }
    }

    /// <summary>Adds a batch.</summary>
    /// <param name="values">What the layer reads, samples x values.</param>
    /// <param name="start">The place of its first sample in the set.</param>
    /// <param name="count">Its samples.</param>
    /// <param name="others">What the layer reads in the other network, where there is one.</param>
    public void Add(float[] values, int start, int count, float[]? others = null)
    {
        for (int piece = 0; piece < _inputs.PiecesOf(count); piece++)
        {
            for (int group = 0; group < _sums.Length; group++)
            {
                (float[] rows, int number) = _inputs.Read(values, start, count, piece, group);
                if (_others is null) _sums[group].Add(rows, number);
                else _sums[group].Add(rows, _others.Read(others!, start, count, piece, group).Values, number);
            }
        }
    }

    /// <summary>The moments of each group, (columns + 1) x (columns + 1).</summary>
    public double[][] Means()
    {
        double[][] means = [.. _sums.Select(sum => sum.Mean())];
        foreach (double[] mean in means)
        {
            for (int i = 0; i < mean.Length; i++) mean[i] *= _inputs.Positions;
        }

        return means;
    }

    /// <summary>The moments as a Hessian.</summary>
    /// <exception cref="EspalierException">They are not finite.</exception>
    public LayerHessian ToHessian(double damping) => LayerHessian.OfGroups(_name, Means(), damping);
}
