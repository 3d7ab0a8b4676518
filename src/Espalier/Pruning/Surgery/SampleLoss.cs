using Espalier.Compilation.Model;
using Espalier.Numerics;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Surgery;

/// <summary>
/// The loss of one sample in double precision, as <see cref="LossKind"/> defines it, with its slope and its curvature by the sums of the
/// last layer.
/// </summary>
/// <remarks>
/// The curvature is that of Gauss and Newton: what the loss has where the network is replaced by its tangent. It is given as columns s_c
/// with sum_c s_c s_c^T = J^T (d2 loss / dy2) J, J the derivative of the values by the sums; for softmax under cross-entropy they are
/// those of S = diag(sqrt p) - p sqrt(p)^T, for which S S^T = diag(p) - p p^T.
/// </remarks>
internal sealed class SampleLoss
{
    /// <summary>Where softmax meets binary cross-entropy: no output counts as nearer to 0 or 1 than this.</summary>
    private const double NearestToCertain = 1e-7;

    private readonly LossKind _kind;
    private readonly Activation _activation;
    private readonly int _outputs;

    /// <summary>Prepares for a network's last layer.</summary>
    /// <exception cref="EspalierException">The loss makes no sense of the activation's values.</exception>
    public SampleLoss(LossKind kind, Activation activation, int outputs)
    {
        _ = new OutputLoss(kind, activation, outputs, capacity: 1);
        (_kind, _activation, _outputs) = (kind, activation, outputs);
    }

    private bool IsFused => _kind == LossKind.CategoricalCrossEntropy
        || (_kind == LossKind.BinaryCrossEntropy && _activation.Kind == ActivationKind.Sigmoid);

    /// <summary>The loss.</summary>
    public double Evaluate(ReadOnlySpan<double> sums, ReadOnlySpan<double> values, ReadOnlySpan<double> targets)
    {
        double loss = 0, logSum = _kind == LossKind.CategoricalCrossEntropy ? LogSumOfExponentials(sums) : 0;
        for (int i = 0; i < _outputs; i++)
        {
            double y = values[i], t = targets[i], z = sums[i];
            loss += _kind switch
            {
                LossKind.MeanSquaredError => (y - t) * (y - t) / _outputs,
                LossKind.CategoricalCrossEntropy => t * (logSum - z),
                _ when IsFused => (Math.Max(z, 0) - t * z + Math.Log(1 + Math.Exp(-Math.Abs(z)))) / _outputs,
                _ => -(t * Math.Log(AwayFromCertain(y)) + (1 - t) * Math.Log(1 - AwayFromCertain(y))) / _outputs,
            };
        }

        return loss;
    }

    /// <summary>The derivative by the sums.</summary>
    public void Differentiate(
        ReadOnlySpan<double> sums, ReadOnlySpan<double> values, ReadOnlySpan<double> targets, Span<double> gradient)
    {
        for (int i = 0; i < _outputs; i++)
        {
            double y = AwayFromCertain(values[i]), difference = values[i] - targets[i];
            gradient[i] = _kind switch
            {
                LossKind.MeanSquaredError => 2 * difference / _outputs,
                LossKind.CategoricalCrossEntropy => difference,
                _ when IsFused => difference / _outputs,
                _ => (y - targets[i]) / (y * (1 - y)) / _outputs,
            };
        }

        if (!IsFused) FlatPass.ToSums(_activation, ActivationDerivative.Points(_activation, values, sums), gradient);
    }

    /// <summary>Column <paramref name="index"/> of the curvature by the sums; there are as many as outputs.</summary>
    public void Curvature(
        ReadOnlySpan<double> sums, ReadOnlySpan<double> values, ReadOnlySpan<double> targets, int index, Span<double> column)
    {
        column.Clear();
        double y = values[index], t = targets[index];
        switch (_kind)
        {
            case LossKind.CategoricalCrossEntropy:
                double root = Math.Sqrt(y);
                for (int i = 0; i < _outputs; i++) column[i] = -values[i] * root;
                column[index] += root;
                return;
            case LossKind.BinaryCrossEntropy when IsFused:
                column[index] = Math.Sqrt(y * (1 - y) / _outputs);
                return;
            case LossKind.BinaryCrossEntropy:
                y = AwayFromCertain(y);
                column[index] = Math.Sqrt((t / (y * y) + (1 - t) / ((1 - y) * (1 - y))) / _outputs);
                break;
            default:
                column[index] = Math.Sqrt(2.0 / _outputs);
                break;
        }

        // J^T e_c: for softmax its whole row, since every value depends on every sum.
        FlatPass.ToSums(_activation, ActivationDerivative.Points(_activation, values, sums), column);
    }

    private static double LogSumOfExponentials(ReadOnlySpan<double> sums)
    {
        double largest = double.NegativeInfinity, total = 0;
        foreach (double sum in sums) largest = Math.Max(largest, sum);
        foreach (double sum in sums) total += Math.Exp(sum - largest);
        return largest + Math.Log(total);
    }

    private static double AwayFromCertain(double value) => Math.Clamp(value, NearestToCertain, 1 - NearestToCertain);
}
