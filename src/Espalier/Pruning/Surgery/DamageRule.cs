using System.Numerics.Tensors;

namespace Espalier.Pruning.Surgery;

/// <summary>
/// Optimal Brain Damage (LeCun, Denker and Solla 1989): s = H_qq w_q^2 / 2, with the exact diagonal of the Gauss-Newton Hessian, the
/// penalty's part included.
/// </summary>
internal sealed class DamageRule(CurvatureOptions options) : DeletionRule
{
    private double[] _diagonal = [];

    /// <inheritdoc/>
    public override void Refresh(FlatNetwork network, FlatObjective objective, CancellationToken cancellation)
    {
        var sums = new double[network.Values.Length];
        int count = CurvatureVectors.Count(objective, options.Samples);
        CurvatureVectors.Visit(objective, network.Values, options.Samples,
            vector => TensorPrimitives.MultiplyAdd(vector, vector, sums, sums), cancellation);
        for (int i = 0; i < sums.Length; i++) sums[i] = sums[i] / count + (network.IsWeight[i] ? objective.WeightDecay : 0);
        _diagonal = sums;
    }

    /// <inheritdoc/>
    public override double Saliency(FlatNetwork network, int index) =>
        _diagonal[index] * network.Values[index] * network.Values[index] / 2;
}
