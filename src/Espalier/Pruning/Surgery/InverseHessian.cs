using System.Numerics.Tensors;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Surgery;

/// <summary>
/// The inverse of D + (1/P) sum X X^T, built from the vectors X alone, and of what is left of that matrix as rows and columns go
/// (Hassibi and Stork 1993, equations 11 to 13).
/// </summary>
/// <remarks>
/// The recursion A &lt;- A - A X X^T A / (P + X^T A X) starts at the inverse of the diagonal D. It is carried out for 32 vectors at a
/// time: their products with A read A once, the corrections among the 32 are small, and A is written once; one vector at a time, memory
/// would set the pace, 3 x n^2 doubles of it a vector.
/// </remarks>
internal sealed class InverseHessian
{
    /// <summary>The vectors of a block.</summary>
    private const int BlockLength = 32;

    /// <summary>About what a multiply-add takes, by which the team decides whether to share the work.</summary>
    private const double MultiplyAddNanoseconds = 0.25;

    private readonly double[] _values;
    private readonly double[][] _products;
    private int _pending;

    /// <summary>Starts at the inverse of a diagonal matrix.</summary>
    /// <param name="diagonal">D; positive numbers.</param>
    public InverseHessian(ReadOnlySpan<double> diagonal)
    {
        Size = diagonal.Length;
        _values = new double[checked(Size * Size)];
        for (int i = 0; i < Size; i++) _values[i * Size + i] = 1 / diagonal[i];
        Block = new double[BlockLength][];
        _products = new double[BlockLength][];
        for (int i = 0; i < BlockLength; i++) (Block[i], _products[i]) = (new double[Size], new double[Size]);
    }

    /// <summary>The number of rows.</summary>
    public int Size { get; }

    /// <summary>Where the next vector goes before <see cref="Add"/>.</summary>
    public Span<double> Next => Block[_pending];

    private double[][] Block { get; }

    /// <summary>A row, which is also a column.</summary>
    public ReadOnlySpan<double> Row(int index) => _values.AsSpan(index * Size, Size);

    /// <summary>A number of the diagonal.</summary>
    public double Diagonal(int index) => _values[index * Size + index];

    /// <summary>Adds (1 / count) X X^T to the matrix, X being what was put into <see cref="Next"/>.</summary>
    public void Add(ThreadTeam team, double count)
    {
        if (++_pending == BlockLength) Flush(team, count);
    }

    /// <summary>Carries out what <see cref="Add"/> has gathered.</summary>
    public void Flush(ThreadTeam team, double count)
    {
        int vectors = _pending;
        if (vectors == 0) return;
        _pending = 0;
        long nanoseconds = (long)(MultiplyAddNanoseconds * vectors * Size * Size);
        team.For(Size, nanoseconds, (row, _) =>
        {
            for (int k = 0; k < vectors; k++) _products[k][row] = TensorPrimitives.Dot<double>(Row(row), Block[k]);
        });

        // _products[k] = A X_k of the A before the block; it becomes Z_k = A_k X_k / sqrt(P + X_k^T A_k X_k) of the A that the vectors
        // before it have left, so that the block takes sum_k Z_k Z_k^T off A.
        for (int k = 0; k < vectors; k++)
        {
            double[] z = _products[k];
            for (int j = 0; j < k; j++)
            {
                TensorPrimitives.MultiplyAdd(_products[j], -TensorPrimitives.Dot<double>(_products[j], Block[k]), z, z);
            }

            double scale = 1 / Math.Sqrt(count + TensorPrimitives.Dot<double>(z, Block[k]));
            TensorPrimitives.Multiply(z, scale, z);
        }

        team.For(Size, nanoseconds, (row, _) =>
        {
            Span<double> values = _values.AsSpan(row * Size, Size);
            for (int k = 0; k < vectors; k++) TensorPrimitives.MultiplyAdd(_products[k], -_products[k][row], values, values);
        });
    }

    /// <summary>
    /// Makes it the inverse of the matrix without a row and its column, exactly: A &lt;- A - A e e^T A / A_qq (Frantar et al. 2022,
    /// lemma 1). The row and the column of A are 0 then.
    /// </summary>
    public void Eliminate(int index)
    {
        double[] column = Row(index).ToArray();
        double pivot = column[index];
        for (int row = 0; row < Size; row++)
        {
            if (column[row] == 0) continue;
            Span<double> values = _values.AsSpan(row * Size, Size);
            TensorPrimitives.MultiplyAdd(column, -column[row] / pivot, values, values);
        }

        _values.AsSpan(index * Size, Size).Clear();
        for (int row = 0; row < Size; row++) _values[row * Size + index] = 0;
    }
}
