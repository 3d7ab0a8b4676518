using System.Numerics.Tensors;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Surgery;

/// <summary>
/// Optimal Brain Surgeon (Hassibi and Stork 1993): L_q = w_q^2 / (2 [H^-1]_qq), and all other parameters move by
/// dw = -w_q / [H^-1]_qq H^-1 e_q, biases included.
/// </summary>
/// <remarks>
/// H is the Gauss-Newton Hessian of the mean loss, plus the penalty's decay on the diagonal of the weights, plus alpha I. Where the
/// network sits at a minimum and the function is quadratic, L_q is exactly what the deletion costs.
/// </remarks>
internal sealed class SurgeonRule(CurvatureOptions options) : DeletionRule
{
    /// <summary>The most parameters: the matrix takes 50 MB then; at 2,050, 10,000 vectors took 8 s of one core.</summary>
    public const int MaxParameters = 2500;

    /// <summary>The least ratio of the diagonal's start to the largest curvature that leaves a digit.</summary>
    private const double LeastRatio = 1e-15;

    /// <summary>Below this size no threads are started: a whole loop would take less time than starting them.</summary>
    private const int WorthThreads = 200;

    private InverseHessian? _inverse;
    private int[] _live = [], _rows = [];

    /// <inheritdoc/>
    public override void Refresh(FlatNetwork network, FlatObjective objective, CancellationToken cancellation)
    {
        RequireSize(network);
        _live = network.LiveIndices();
        _rows = new int[network.Values.Length];
        Array.Fill(_rows, -1);
        for (int i = 0; i < _live.Length; i++) _rows[_live[i]] = i;
        double[] diagonal = Array.ConvertAll(_live, index => options.Alpha + (network.IsWeight[index] ? objective.WeightDecay : 0));
        int count = CurvatureVectors.Count(objective, options.Samples);
        var inverse = new InverseHessian(diagonal);
        double largest = 0;
        using var team = new ThreadTeam(_live.Length < WorthThreads ? 1 : Environment.ProcessorCount);
        CurvatureVectors.Visit(objective, network.Values, options.Samples, vector =>
        {
            Span<double> next = inverse.Next;
            for (int i = 0; i < next.Length; i++) next[i] = vector[_live[i]];
            largest = Math.Max(largest, TensorPrimitives.SumOfSquares<double>(next));
            inverse.Add(team, count);
        }, cancellation);
        inverse.Flush(team, count);

        // From I / alpha down to 1 / H the recursion loses as many digits as lie between the two.
        if (_live.Length > 0 && diagonal.Min() < LeastRatio * largest) throw Singular();
        _inverse = inverse;
    }

    /// <inheritdoc/>
    public override double Saliency(FlatNetwork network, int index)
    {
        double diagonal = _inverse!.Diagonal(_rows[index]);
        if (!(diagonal > 0 && double.IsFinite(diagonal))) throw Singular();
        return network.Values[index] * network.Values[index] / (2 * diagonal);
    }

    /// <inheritdoc/>
    public override void Delete(FlatNetwork network, int index)
    {
        int row = _rows[index];
        ReadOnlySpan<double> column = _inverse!.Row(row);
        double step = network.Values[index] / column[row];
        for (int i = 0; i < column.Length; i++)
        {
            if (network.IsLive[_live[i]]) network.Values[_live[i]] -= step * column[i];
        }

        network.Remove(index);
    }

    /// <inheritdoc/>
    public override void Accept(int index) => _inverse!.Eliminate(_rows[index]);

    /// <summary>Throws when the matrix would be too large.</summary>
    /// <exception cref="EspalierException">It would.</exception>
    public static void RequireSize(FlatNetwork network)
    {
        int live = network.LiveCount(withBiases: true);
        if (live > MaxParameters)
        {
            throw new EspalierException(
                $"The network has {live} parameters left; Optimal Brain Surgeon inverts the Hessian of all of them, which is "
                + $"practicable up to {MaxParameters}. Use a layer-wise method, or prune by another criterion first.");
        }
    }

    private EspalierException Singular() => new(FormattableString.Invariant(
        $"The Hessian is singular to working precision with {options.Alpha:G3} added to its diagonal; raise Alpha."));
}
