using System.Numerics.Tensors;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// The factor L of a symmetric positive definite matrix A = L L^T, and what it solves. In place, row by row, in double precision.
/// </summary>
/// <remarks>
/// Layer-wise methods solve such systems for every unit. 785 x 785 on one core: factor and solve 10 ms, invert 32 ms; Math.NET takes 43 and
/// 657 ms (one run), and new arrays each time.
/// </remarks>
internal static class CholeskyFactor
{
    /// <summary>A pivot below this part of its diagonal element is rounding noise: the matrix is singular to working precision.</summary>
    private const double LeastPivot = 1e-14;

    /// <summary>Replaces the lower triangle of <paramref name="a"/> (n x n, of which nothing else is read) by L.</summary>
    /// <returns>Whether A is positive definite; if not, the triangle is spoilt.</returns>
    public static bool TryFactor(Span<double> a, int n)
    {
        for (int i = 0; i < n; i++)
        {
            Span<double> row = a.Slice(i * n, i + 1);
            for (int j = 0; j < i; j++)
            {
                ReadOnlySpan<double> above = a.Slice(j * n, j + 1);
                row[j] = (row[j] - TensorPrimitives.Dot(row[..j], above[..j])) / above[j];
            }

            double pivot = row[i] - TensorPrimitives.SumOfSquares<double>(row[..i]);
            if (!(pivot > LeastPivot * row[i])) return false;
            row[i] = Math.Sqrt(pivot);
        }

        return true;
    }

    /// <summary>Replaces b by L^-1 b.</summary>
    public static void SolveLower(ReadOnlySpan<double> factor, int n, Span<double> b)
    {
        for (int i = 0; i < n; i++) b[i] = (b[i] - TensorPrimitives.Dot(factor.Slice(i * n, i), b[..i])) / factor[i * n + i];
    }

    /// <summary>Replaces b by A^-1 b.</summary>
    public static void Solve(ReadOnlySpan<double> factor, int n, Span<double> b)
    {
        SolveLower(factor, n, b);
        for (int i = n - 1; i >= 0; i--)
        {
            b[i] /= factor[i * n + i];
            TensorPrimitives.MultiplyAdd(factor.Slice(i * n, i), -b[i], b[..i], b[..i]);
        }
    }

    /// <summary>Replaces the lower triangle L by that of L^-1.</summary>
    public static void InvertLower(Span<double> factor, int n)
    {
        var row = new double[n];
        for (int i = 0; i < n; i++)
        {
            Span<double> target = row.AsSpan(0, i);
            target.Clear();
            for (int k = 0; k < i; k++)
            {
                TensorPrimitives.MultiplyAdd(factor.Slice(k * n, k + 1), -factor[i * n + k], target[..(k + 1)], target[..(k + 1)]);
            }

            double pivot = factor[i * n + i];
            TensorPrimitives.Divide(target, pivot, factor.Slice(i * n, i));
            factor[i * n + i] = 1 / pivot;
        }
    }

    /// <summary>A^-1, n x n, from the factor of A, which is spoilt.</summary>
    public static double[] Invert(Span<double> factor, int n)
    {
        InvertLower(factor, n);
        var inverse = new double[factor.Length];
        for (int k = 0; k < n; k++)
        {
            ReadOnlySpan<double> row = factor.Slice(k * n, k + 1);
            for (int i = 0; i <= k; i++)
            {
                Span<double> target = inverse.AsSpan(i * n, i + 1);
                TensorPrimitives.MultiplyAdd(row[..(i + 1)], row[i], target, target);
            }
        }

        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++) inverse[j * n + i] = inverse[i * n + j];
        }

        return inverse;
    }
}
