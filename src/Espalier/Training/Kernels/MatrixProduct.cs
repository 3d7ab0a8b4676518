using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Espalier.Numerics;

namespace Espalier.Training.Kernels;

/// <summary>
/// The three matrix products of a dense layer, on all threads of a team and without allocation. All matrices are dense and row-major.
/// </summary>
/// <remarks>
/// C is cut into items of one panel of columns by some rows; an item packs its part of B, 256 rows deep at a time (32 KB: it stays in
/// the first cache), and runs register tiles down the rows. A is read where it stands. Every element of C is summed in the order of
/// the depth, by one thread: the bits do not depend on the number of threads.
/// </remarks>
internal sealed class MatrixProduct
{
    private const int DepthBlock = 256;

    /// <summary>What a register tile does in a nanosecond (measured: 100 to 120 with 512-bit vectors).</summary>
    private const long MultiplyAddsPerNanosecond = 100;

    /// <summary>With so few rows a product is bound by reading B once, and packing it would double the traffic.</summary>
    private const int ThinRows = 4;

    private readonly ThreadTeam _team;
    private readonly AlignedBuffer[] _scratch;
    private readonly Action<int, int> _computeItem;
    private readonly int _panelWidth;
    private float[] _a = [], _b = [], _c = [];
    private int _m, _n, _k, _rowStride, _depthStride, _itemRows, _panels;
    private bool _bTransposed;

    /// <summary>Prepares products on <paramref name="team"/>.</summary>
    /// <param name="team">The threads.</param>
    /// <param name="vectorBits">The register width to use (512, 256 or 128), or 0 for the widest that the processor has.</param>
    public MatrixProduct(ThreadTeam team, int vectorBits = 0)
    {
        _team = team;
        if (vectorBits == 0) vectorBits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        (_panelWidth, _computeItem) = vectorBits switch
        {
            512 => (2 * Simd512.Width, (Action<int, int>)ComputeItem<Simd512, Vector512<float>>),
            256 => (2 * Simd256.Width, ComputeItem<Simd256, Vector256<float>>),
            128 => (2 * Simd128.Width, ComputeItem<Simd128, Vector128<float>>),
            _ => throw new ArgumentOutOfRangeException(nameof(vectorBits)),
        };
        _scratch = new AlignedBuffer[team.Size];
        for (int i = 0; i < _scratch.Length; i++) _scratch[i] = new AlignedBuffer((DepthBlock + RegisterTile.Rows) * _panelWidth);
    }

    /// <summary>C (m x n) = A (m x k) times the transpose of B (n x k): the forward pass, samples x inputs by outputs x inputs.</summary>
    public void MultiplyTransposed(float[] a, float[] b, float[] c, int m, int n, int k)
    {
        Check(a, b, c, m, n, k);
        if (m >= ThinRows)
        {
            Run(a, k, 1, b, true, c, m, n, k);
            return;
        }

        for (int i = 0; i < m; i++)
        {
            ReadOnlySpan<float> row = a.AsSpan(i * k, k);
            for (int j = 0; j < n; j++) c[i * n + j] = TensorPrimitives.Dot(row, b.AsSpan(j * k, k));
        }
    }

    /// <summary>C (m x n) = A (m x k) times B (k x n): the backward pass, samples x outputs by outputs x inputs.</summary>
    public void Multiply(float[] a, float[] b, float[] c, int m, int n, int k)
    {
        Check(a, b, c, m, n, k);
        if (m >= ThinRows)
        {
            Run(a, k, 1, b, false, c, m, n, k);
            return;
        }

        for (int i = 0; i < m; i++)
        {
            Span<float> row = c.AsSpan(i * n, n);
            row.Clear();
            for (int l = 0; l < k; l++) TensorPrimitives.MultiplyAdd(b.AsSpan(l * n, n), a[i * k + l], row, row);
        }
    }

    /// <summary>C (m x n) = the transpose of A (k x m) times B (k x n): the gradient, samples x outputs by samples x inputs.</summary>
    public void TransposedMultiply(float[] a, float[] b, float[] c, int m, int n, int k)
    {
        Check(a, b, c, m, n, k);
        Run(a, 1, m, b, false, c, m, n, k);
    }

    private static void Check(float[] a, float[] b, float[] c, int m, int n, int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(m);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        if (a.Length < (long)m * k || b.Length < (long)n * k || c.Length < (long)m * n)
        {
            throw new ArgumentException(
                $"Matrices of {a.Length}, {b.Length} and {c.Length} floats cannot hold a product of {m} x {n} over {k}.");
        }
    }

    private void Run(float[] a, int rowStride, int depthStride, float[] b, bool bTransposed, float[] c, int m, int n, int k)
    {
        (_a, _rowStride, _depthStride, _b, _bTransposed, _c, _m, _n, _k) = (a, rowStride, depthStride, b, bTransposed, c, m, n, k);
        _panels = (n + _panelWidth - 1) / _panelWidth;
        int bands = _team.Size == 1 || _panels >= 4 * _team.Size ? 1 : (4 * _team.Size + _panels - 1) / _panels;
        int tiles = (m + RegisterTile.Rows - 1) / RegisterTile.Rows;
        _itemRows = (tiles + bands - 1) / bands * RegisterTile.Rows;
        int items = _panels * ((m + _itemRows - 1) / _itemRows);
        _team.For(items, (long)m * n * k / MultiplyAddsPerNanosecond, _computeItem);
    }

    private void ComputeItem<TSimd, TVector>(int item, int member)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int column = item % _panels * _panelWidth, columns = Math.Min(_panelWidth, _n - column);
        int firstRow = item / _panels * _itemRows, endRow = Math.Min(_m, firstRow + _itemRows);
        Span<float> scratch = _scratch[member].Span;
        Span<float> panel = scratch[..(DepthBlock * _panelWidth)], edge = scratch[panel.Length..];
        for (int depth = 0; depth < _k; depth += DepthBlock)
        {
            int depths = Math.Min(DepthBlock, _k - depth);
            Pack<TSimd, TVector>(column, columns, depth, depths, panel);
            for (int row = firstRow; row < endRow; row += RegisterTile.Rows)
            {
                int rows = Math.Min(RegisterTile.Rows, endRow - row);
                ref readonly float a = ref _a[row * _rowStride + depth * _depthStride];
                if (columns == _panelWidth)
                {
                    RegisterTile.Compute<TSimd, TVector>(
                        in panel[0], depths, in a, _rowStride, _depthStride, ref _c[row * _n + column], _n, rows, accumulate: depth > 0);
                    continue;
                }

                // The last columns: a whole tile into scratch memory, of which C gets what exists.
                RegisterTile.Compute<TSimd, TVector>(
                    in panel[0], depths, in a, _rowStride, _depthStride, ref edge[0], _panelWidth, rows, accumulate: false);
                for (int i = 0; i < rows; i++)
                {
                    Span<float> target = _c.AsSpan((row + i) * _n + column, columns);
                    ReadOnlySpan<float> sums = edge.Slice(i * _panelWidth, columns);
                    if (depth > 0) TensorPrimitives.Add(target, sums, target);
                    else sums.CopyTo(target);
                }
            }
        }
    }

    private void Pack<TSimd, TVector>(int column, int columns, int depth, int depths, Span<float> panel)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        if (_bTransposed) PanelPacker.Transpose(_b.AsSpan(column * _k + depth), _k, depths, columns, _panelWidth, panel);
        else PanelPacker.Copy<TSimd, TVector>(_b.AsSpan(depth * _n + column), _n, depths, columns, _panelWidth, panel);
    }
}
