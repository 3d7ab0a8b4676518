using System.Numerics.Tensors;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// The second derivatives of a layer's squared error by the weights of any one of the units that read the same inputs x, the mean of
/// [x;1] [x;1]^T (Dong, Chen and Pan 2017, equation 4). The last row and column belong to the bias, which no method removes but which
/// moves to make up for what goes.
/// </summary>
internal sealed class UnitHessian
{
    private readonly double[] _moments;
    private double[]? _inverse;

    /// <summary>Takes second moments of inputs.</summary>
    /// <param name="layerName">The layer's name, for error messages.</param>
    /// <param name="moments">The mean of [x;1] [x;1]^T, (inputs + 1) x (inputs + 1), symmetric; copied.</param>
    /// <param name="damping">See <see cref="LayerHessian"/>.</param>
    /// <exception cref="EspalierException">The damping is negative or not finite, or the moments are not finite.</exception>
    public UnitHessian(string layerName, ReadOnlySpan<double> moments, double damping)
    {
        LayerHessian.RequireDamping(damping);
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
    public int Size { get; }

    /// <summary>The matrix with its damping, Size x Size; all zero at dead inputs.</summary>
    public ReadOnlySpan<double> Matrix => _moments;

    /// <summary>
    /// The inverse, Size x Size, as if a dead input had a diagonal of 1 (it meets nobody else). Computed when first asked for.
    /// </summary>
    /// <exception cref="EspalierException">The matrix is singular.</exception>
    public double[] Inverse => _inverse ??= Invert();

    /// <summary>Whether an input is zero in every sample, so that its weights do nothing.</summary>
    public bool IsDead(int input) => Diagonal(input) == 0;

    /// <summary>w^T H w / 2 of a unit's weights and bias, or of how they move.</summary>
    public double Energy(ReadOnlySpan<double> weights)
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
    public void FactorPart(ReadOnlySpan<double> matrix, ReadOnlySpan<int> members, Span<double> factor)
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
