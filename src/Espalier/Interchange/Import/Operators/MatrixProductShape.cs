namespace Espalier.Interchange.Import.Operators;

/// <summary>Which elements a matrix product multiplies, as NumPy's matmul does: over the last axis of A and the last but one of B, for each
/// matrix along the axes before, which broadcast.</summary>
internal sealed class MatrixProductShape
{
    private const string SumsOverBatch = "sums over the samples of a batch; each must stay by itself.";

    private readonly int _rows;
    private readonly int[] _outer, _aOuter, _bOuter;
    private readonly bool _isAVector, _isBVector;

    /// <summary>Takes the shapes of two factors.</summary>
    /// <exception cref="EspalierException">They do not fit together.</exception>
    public MatrixProductShape(GraphValue a, GraphValue b)
    {
        (_isAVector, _isBVector) = (a.Rank == 1, b.Rank == 1);
        int[] x = _isAVector ? [1, .. a.Dims] : a.Dims, y = _isBVector ? [.. b.Dims, 1] : b.Dims;
        if (x.Length < 2 || y.Length < 2 || x[^1] != y[^2]) throw Misfit();
        (_rows, Inner, Columns) = (x[^2], x[^1], y[^1]);
        (_aOuter, _bOuter) = (x[..^2], y[..^2]);
        _outer = Tensors.Broadcast(_aOuter, _bOuter) ?? throw Misfit();
        Dims = [.. _outer, .. _isAVector ? [] : new[] { _rows }, .. _isBVector ? [] : new[] { Columns }];
        Terms = (long)Tensors.Count(_outer) * _rows * Columns * Inner;

        bool SumsSamples() => a.Batch == a.Rank - 1 || b.Batch == Math.Max(0, b.Rank - 2);

        EspalierException Misfit() => SumsSamples() ? new BatchException(SumsOverBatch) : new EspalierException(
            $"multiplies {Tensors.Show(a.Dims)} by {Tensors.Show(b.Dims)}, which do not fit together.");
    }

    /// <summary>The length that is summed over.</summary>
    public int Inner { get; }

    /// <summary>The columns of B.</summary>
    public int Columns { get; }

    /// <summary>The axes of the product.</summary>
    public int[] Dims { get; }

    /// <summary>The number of multiplications.</summary>
    public long Terms { get; }

    /// <summary>Goes through the terms of each element of the product in row-major order.</summary>
    /// <param name="term">Gets the positions of the factors in A and B.</param>
    /// <param name="end">Called after the last term of an element.</param>
    public void ForEach(Action<int, int> term, Action end)
    {
        int[] aStarts = Starts(_aOuter, _rows * Inner), bStarts = Starts(_bOuter, Inner * Columns);
        for (int t = 0; t < aStarts.Length; t++)
        {
            for (int i = 0; i < _rows; i++)
            {
                for (int j = 0; j < Columns; j++)
                {
                    for (int k = 0; k < Inner; k++) term(aStarts[t] + i * Inner + k, bStarts[t] + k * Columns + j);
                    end();
                }
            }
        }
    }

    /// <summary>The product of two constants.</summary>
    public ConstantTensor OfConstants(ConstantTensor a, ConstantTensor b)
    {
        if (Terms > 1 << 28) throw new EspalierException($"takes {Terms:N0} products of constants, which is too many.");
        var values = new double[Tensors.Count(Dims)];
        int next = 0;
        ForEach((i, j) => values[next] += a.Values[i] * b.Values[j], () => next++);
        return new ConstantTensor(Dims, values, a.IsInteger && b.IsInteger);
    }

    /// <summary>The axis of the product along which the batch of factor <paramref name="x"/> lies, -1 without one.</summary>
    /// <exception cref="EspalierException">The product sums over it, or repeats it.</exception>
    public int BatchOf(GraphValue x, bool isLeft)
    {
        if (x.Batch < 0) return -1;
        int fromEnd = x.Rank - x.Batch;
        bool isSummed = x.Rank == 1 || fromEnd == (isLeft ? 1 : 2);
        if (isSummed) throw new BatchException(SumsOverBatch);
        bool isAxisDropped = isLeft ? _isBVector : _isAVector && fromEnd > 2;
        int batch = Dims.Length - fromEnd + (isAxisDropped ? 1 : 0);
        return batch >= 0 && Dims[batch] == x.Dims[x.Batch]
            ? batch
            : throw new BatchException("multiplies the samples of a batch by different constants.");
    }

    private int[] Starts(int[] outer, int size)
    {
        var matrices = new ConstantTensor(outer, [.. Enumerable.Range(0, Tensors.Count(outer)).Select(i => (double)i * size)]);
        return matrices.Seen(Layout.Expanded(matrices, _outer)).ToIntegers();
    }
}
