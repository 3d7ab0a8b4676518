using System.Numerics.Tensors;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// The diagonal of the inverse of a part of the Hessian, H_SS^-1, as the sensitivities of a unit ask for that has lost weights: from H_SS,
/// or from H^-1 less what the others take from it, [H^-1]_SQ ([H^-1]_QQ)^-1 [H^-1]_QS; whichever is less work. Made once a thread.
/// </summary>
/// <param name="size">The rows of the Hessians.</param>
internal sealed class RestrictedInverse(int size)
{
    private readonly double[] _factor = new double[size * size], _rows = new double[size * size];
    private readonly int[] _stay = new int[size], _go = new int[size];

    /// <summary>Computes the diagonal.</summary>
    /// <param name="hessian">The Hessian of its layer and group.</param>
    /// <param name="kept">Whether each weight is there; the bias always is.</param>
    /// <param name="diagonal">Receives Size elements, of which those of absent and dead inputs mean nothing.</param>
    /// <exception cref="EspalierException">The Hessian is singular.</exception>
    public void Diagonal(UnitHessian hessian, ReadOnlySpan<bool> kept, Span<double> diagonal)
    {
        (int stay, int go) = (0, 0);
        for (int i = 0; i < size; i++)
        {
            if (hessian.IsDead(i)) continue;
            if (i == hessian.Inputs || kept[i]) _stay[stay++] = i;
            else _go[go++] = i;
        }

        if (3.0 * go * go * size < 2.0 * stay * stay * stay) FromInverse(hessian, _go.AsSpan(0, go), diagonal);
        else FromHessian(hessian, _stay.AsSpan(0, stay), diagonal);
    }

    private void FromInverse(UnitHessian hessian, ReadOnlySpan<int> go, Span<double> diagonal)
    {
        hessian.FactorPart(hessian.Inverse, go, _factor);
        for (int i = 0; i < size; i++) diagonal[i] = hessian.Inverse[i * size + i];
        for (int i = 0; i < go.Length; i++)
        {
            Span<double> row = _rows.AsSpan(i * size, size);
            hessian.Inverse.AsSpan(go[i] * size, size).CopyTo(row);
            ReadOnlySpan<double> factor = _factor.AsSpan(i * go.Length, i + 1);
            for (int k = 0; k < i; k++) TensorPrimitives.MultiplyAdd(_rows.AsSpan(k * size, size), -factor[k], row, row);
            TensorPrimitives.Divide(row, factor[i], row);
            for (int j = 0; j < size; j++) diagonal[j] -= row[j] * row[j];
        }
    }

    private void FromHessian(UnitHessian hessian, ReadOnlySpan<int> stay, Span<double> diagonal)
    {
        int n = stay.Length;
        hessian.FactorPart(hessian.Matrix, stay, _factor);
        CholeskyFactor.InvertLower(_factor, n);
        foreach (int i in stay) diagonal[i] = 0;
        for (int k = 0; k < n; k++)
        {
            for (int i = 0; i <= k; i++) diagonal[stay[i]] += _factor[k * n + i] * _factor[k * n + i];
        }
    }
}
