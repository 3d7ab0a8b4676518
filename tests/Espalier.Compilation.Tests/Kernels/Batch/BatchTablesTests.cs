using Espalier.Compilation.Kernels.Batch;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Kernels.Batch;

public sealed class BatchTablesTests
{
    [Theory]
    [InlineData(1, 1, 1.0)]
    [InlineData(7, 30, 0.3)]
    [InlineData(10, 160, 1.0)]
    [InlineData(13, 161, 0.1)]
    [InlineData(40, 1000, 0.05)]
    [InlineData(3, 500, 0)]
    public void Read_as_the_kernel_reads_them_the_tables_are_the_matrix(int rows, int columns, double density)
    {
        SparseMatrix weights = RowPairingTests.Random(rows, columns, density, seed: 1);
        int[] order = RowPairing.Order(weights), places = [.. Enumerable.Range(0, columns).Select(i => columns - 1 - i)];

        BatchTables tables = BatchTables.Of(Layer(weights), order, places, new BatchTiling(columns));

        Assert.Equal(weights.ToDense(), Read(tables, rows, columns, places));
    }

    [Fact]
    public void An_input_of_both_rows_is_loaded_once()
    {
        SparseMatrix weights = SparseMatrix.FromDense(2, 4, [1, 2, 0, 3, 0, 4, 5, 6]);

        BatchTables tables = BatchTables.Of(Layer(weights), [0, 1], [0, 1, 2, 3], new BatchTiling(4));

        // Inputs 1 and 3 for both, then input 0 of the first row and 2 of the second by turns.
        Assert.Equal([2, 1, 0, 0], tables.Steps);
        Assert.Equal([1, 3, 0, 2], tables.Indices);
        Assert.Equal([2, 4, 3, 6, 1, 5], tables.Weights);
        Assert.Equal(4, tables.SharedTerms);
    }

    [Fact]
    public void An_odd_row_is_paired_with_nothing_and_biases_follow_the_order()
    {
        SparseMatrix weights = SparseMatrix.FromDense(3, 2, [1, 0, 0, 0, 2, 3]);

        BatchTables tables = BatchTables.Of(Layer(weights), [2, 0, 1], [0, 1], new BatchTiling(2));

        Assert.Equal([1, 0, 1, 0, 0, 0, 0, 0], tables.Steps);
        Assert.Equal([3, 1, 2, 0], tables.Biases);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(160, 1, 160)]
    [InlineData(161, 2, 81)]
    [InlineData(784, 5, 157)]
    public void Tiles_are_even_and_small_enough_for_a_byte(int inputs, int tiles, int width)
    {
        var tiling = new BatchTiling(inputs);

        Assert.Equal((tiles, width), (tiling.Count, tiling.Width));
        Assert.Equal(inputs, tiling.Start(tiles));
    }

    private static DenseLayer Layer(SparseMatrix weights) =>
        new("layer", weights, new FloatVector([.. Enumerable.Range(1, weights.Rows).Select(i => (float)i)]), Activation.Identity);

    private static float[] Read(BatchTables tables, int rows, int columns, int[] places)
    {
        int[] columnAt = new int[columns];
        for (int i = 0; i < columns; i++) columnAt[places[i]] = i;
        var dense = new float[rows * columns];
        int index = 0, weight = 0, step = 0;
        for (int tile = 0; tile < tables.Tiling.Count; tile++)
        {
            Assert.Equal((index, weight), (tables.Starts[2 * tile], tables.Starts[2 * tile + 1]));
            for (int pair = 0; pair < tables.Pairs; pair++)
            {
                for (int i = tables.Steps[step++]; i > 0; i--)
                {
                    Put(2 * pair, tables.Indices[index]);
                    Put(2 * pair + 1, tables.Indices[index++]);
                }

                for (int i = tables.Steps[step++]; i > 0; i--)
                {
                    Put(2 * pair, tables.Indices[index++]);
                    Put(2 * pair + 1, tables.Indices[index++]);
                }

                for (int i = tables.Steps[step++]; i > 0; i--) Put(2 * pair, tables.Indices[index++]);
                for (int i = tables.Steps[step++]; i > 0; i--) Put(2 * pair + 1, tables.Indices[index++]);
            }

            void Put(int sum, int place)
            {
                ref float target = ref dense[tables.Order[sum] * columns + columnAt[tables.Tiling.Start(tile) + place]];
                Assert.Equal(0, target);
                target = tables.Weights[weight++];
            }
        }

        Assert.Equal((tables.Steps.Count, tables.Indices.Count, tables.Weights.Count), (step, index, weight));
        return dense;
    }
}
