using Espalier.Compilation.Kernels.Batch;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Kernels.Batch;

public sealed class RowPairingTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(31, 50)]
    [InlineData(64, 200)]
    public void Every_row_is_there_once(int rows, int columns)
    {
        int[] order = RowPairing.Order(Random(rows, columns, 0.2, seed: rows));

        Assert.Equal(Enumerable.Range(0, rows), order.Order());
    }

    [Fact]
    public void Rows_that_read_the_same_inputs_become_pairs()
    {
        // Row i reads the three inputs of its class i mod 4; eight rows make four pairs of one class each.
        var dense = new float[8 * 12];
        for (int row = 0; row < 8; row++)
        {
            for (int i = 0; i < 3; i++) dense[row * 12 + row % 4 * 3 + i] = 1;
        }

        int[] order = RowPairing.Order(SparseMatrix.FromDense(8, 12, dense));

        for (int pair = 0; pair < 4; pair++) Assert.Equal(order[2 * pair] % 4, order[2 * pair + 1] % 4);
    }

    [Fact]
    public void Pairs_share_more_inputs_than_neighbours_by_chance()
    {
        SparseMatrix weights = Random(60, 200, 0.2, seed: 3);

        int chosen = Shared(weights, RowPairing.Order(weights)), byChance = Shared(weights, [.. Enumerable.Range(0, 60)]);

        Assert.True(chosen > 1.3 * byChance, $"{chosen} inputs are shared, {byChance} by chance.");
    }

    [Fact]
    public void A_matrix_without_weights_keeps_its_rows() =>
        Assert.Equal([0, 1, 2], RowPairing.Order(SparseMatrix.FromDense(3, 2, new float[6])).Order());

    internal static SparseMatrix Random(int rows, int columns, double density, int seed)
    {
        var random = new Random(seed);
        var dense = new float[rows * columns];
        for (int i = 0; i < dense.Length; i++)
        {
            if (random.NextDouble() < density) dense[i] = i + 1;
        }

        return SparseMatrix.FromDense(rows, columns, dense);
    }

    private static int Shared(SparseMatrix weights, int[] order)
    {
        int shared = 0;
        for (int i = 0; i + 1 < order.Length; i += 2)
        {
            shared += Columns(weights, order[i]).Intersect(Columns(weights, order[i + 1])).Count();
        }

        return shared;
    }

    private static IEnumerable<int> Columns(SparseMatrix weights, int row) =>
        Enumerable.Range(weights.RowStart(row), weights.RowCount(row)).Select(weights.ColumnIndex);
}
