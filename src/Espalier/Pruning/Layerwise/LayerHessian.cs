using System.Numerics.Tensors;
using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// The second derivatives of a layer's squared error by the weights of any one of its units, Psi = (1/n) sum [x;1] [x;1]^T over the layer's
/// inputs x: the same for all units (Dong, Chen and Pan 2017, equation 4). The last row and column belong to the bias, which no method
/// removes but which moves to make up for what goes.
/// </summary>
public sealed class LayerHessian
{
    /// <summary>The usual damping.</summary>
    public const double DefaultDamping = 1e-4;

    private readonly double[] _moments;
    private double[]? _inverse;

    /// <summary>Takes second moments of inputs.</summary>
    /// <param name="layerName">The layer's name, for error messages.</param>
    /// <param name="moments">The mean of [x;1] [x;1]^T, (inputs + 1) x (inputs + 1), symmetric; copied.</param>
    /// <param name="damping">
    /// What is added to the diagonal at each input that ever differs from zero, as a part of the mean of the diagonal there; at least 0.
    /// </param>
    /// <exception cref="EspalierException">The damping is negative or not finite, or the moments are not finite.</exception>
    public LayerHessian(string layerName, ReadOnlySpan<double> moments, double damping = DefaultDamping)
    {
        RequireDamping(damping);
        LayerName = layerName;
        Size = (int)Math.Round(Math.Sqrt(moments.Length));
        if ((long)Size * Size != moments.Length || Size < 2) throw new ArgumentException($"{moments.Length} moments are no square matrix.");
        if (!TensorPrimitives.IsFiniteAll(moments))
        {
            throw new EspalierException($"Layer '{layerName}': its inputs are not finite; train with a smaller learning rate.");
        }

        _moments = moments.ToArray();
        double sum = 0;
        int live = 0;
        for (int i = 0; i < Inputs; i++)
        {
            sum += Diagonal(i);
            if (Diagonal(i) > 0) live++;
        }

        Damping = live == 0 ? 0 : damping * sum / live;
        for (int i = 0; i < Inputs; i++) _moments[i * Size + i] += IsDead(i) ? 0 : Damping;
    }

    /// <summary>The layer's name.</summary>
    public string LayerName { get; }

    /// <summary>The number of the layer's inputs.</summary>
    public int Inputs => Size - 1;

    /// <summary>What was added to the diagonal at each live input.</summary>
    public double Damping { get; }

    /// <summary>The number of rows: of the inputs and the bias.</summary>
    internal int Size { get; }

    /// <summary>The matrix with its damping, Size x Size; all zero at dead inputs.</summary>
    internal ReadOnlySpan<double> Matrix => _moments;

    /// <summary>
    /// The inverse, Size x Size, as if a dead input had a diagonal of 1 (it meets nobody else). Computed when first asked for.
    /// </summary>
    /// <exception cref="EspalierException">The matrix is singular.</exception>
    internal double[] Inverse => _inverse ??= Invert();

    /// <summary>The Hessians of all layers of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">The samples.</param>
    /// <param name="damping">See the constructor.</param>
    /// <param name="threads">The number of threads, 0 for one for each processor. It has no influence on the result.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="EspalierException">The data do not fit the network, or a layer is not fully connected.</exception>
    public static IReadOnlyList<LayerHessian> ComputeAll(
        TrainableNetwork network, Dataset data, double damping = DefaultDamping, int threads = 0, CancellationToken cancellation = default)
    {
        using var engine = new ComputeEngine(threads);
        return ComputeAll(engine, network, data, damping, cancellation);
    }

    internal static IReadOnlyList<LayerHessian> ComputeAll(
        ComputeEngine engine, TrainableNetwork network, Dataset data, double damping, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        RequireDamping(damping);
        TrainableDense[] layers = DenseLayers.Of(network);
        MomentSum[] moments = [.. layers.Select(layer => new MomentSum(engine.Team, layer.Weights.Columns))];
        var sweep = new SampleSweep(network, data, LossKind.MeanSquaredError);
        sweep.Run(engine, (_, count) =>
        {
            for (int i = 0; i < moments.Length; i++) moments[i].Add(sweep.Pass.InputOf(i), count);
        }, cancellation);
        return [.. layers.Select((layer, i) => new LayerHessian(layer.Name, moments[i].Mean(), damping))];
    }

    /// <summary>Whether an input is zero in every sample, so that its weights do nothing.</summary>
    public bool IsDead(int input) => Diagonal(input) == 0;

    /// <summary>w^T H w / 2 of a unit's weights and bias, or of how they move.</summary>
    internal double Energy(ReadOnlySpan<double> weights)
    {
        double sum = 0;
        for (int i = 0; i < Size; i++)
        {
            if (weights[i] != 0) sum += weights[i] * TensorPrimitives.Dot(Matrix.Slice(i * Size, Size), weights);
        }

        return sum / 2;
    }

    /// <summary>Factors a part of the matrix or of its inverse.</summary>
    /// <param name="matrix"><see cref="Matrix"/> or <see cref="Inverse"/>.</param>
    /// <param name="members">The rows and columns of the part, none of a dead input.</param>
    /// <param name="factor">Receives the Cholesky factor.</param>
    /// <exception cref="EspalierException">The part is singular.</exception>
    internal void FactorPart(ReadOnlySpan<double> matrix, ReadOnlySpan<int> members, Span<double> factor)
    {
        int n = members.Length;
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<double> source = matrix.Slice(members[i] * Size, Size);
            Span<double> target = factor.Slice(i * n, n);
            for (int j = 0; j <= i; j++) target[j] = source[members[j]];
        }

        if (!CholeskyFactor.TryFactor(factor, n)) throw Singular();
    }

    private EspalierException Singular() => new(
        $"Layer '{LayerName}': the Hessian is singular: its {Inputs} inputs depend on each other in these samples; " +
        "give a greater damping or more samples.");

    private static void RequireDamping(double damping)
    {
        if (!(damping >= 0 && double.IsFinite(damping)))
        {
            throw new EspalierException(FormattableString.Invariant(
                $"A damping of {damping} cannot be; give 0 or a small part of 1, such as 1e-4."));
        }
    }

    private double Diagonal(int i) => _moments[i * Size + i];

    private double[] Invert()
    {
        var factor = (double[])_moments.Clone();
        for (int i = 0; i < Inputs; i++)
        {
            if (IsDead(i)) factor[i * Size + i] = 1;
        }

        return CholeskyFactor.TryFactor(factor, Size) ? CholeskyFactor.Invert(factor, Size) : throw Singular();
    }
}
