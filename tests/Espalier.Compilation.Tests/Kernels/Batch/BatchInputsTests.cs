using Espalier.Compilation.Kernels.Batch;

namespace Espalier.Compilation.Tests.Kernels.Batch;

public sealed class BatchInputsTests
{
    [Theory]
    [InlineData(4, 1.0)]
    [InlineData(5, 0.5)]
    [InlineData(30, 0.3)]
    [InlineData(784, 0.6)]
    [InlineData(1000, 1.0)]
    [InlineData(70_001, 0.01)]
    public void Every_input_that_is_read_lands_in_its_row(int inputLength, double share)
    {
        var random = new Random(inputLength);
        int[] read = [.. Enumerable.Range(0, inputLength).Where(_ => random.NextDouble() < share)];
        var tiling = new BatchTiling(read.Length);

        BatchInputs inputs = BatchInputs.Of(read, inputLength, tiling);

        for (int tile = 0; tile < tiling.Count; tile++)
        {
            // What the generated code does: four stores a group, in order; a later store wins.
            var panel = new int[tiling.Width + 1];
            for (int group = inputs.Starts[tile]; group < inputs.Starts[tile + 1]; group++)
            {
                Assert.InRange(inputs.Columns[group], 0, inputLength - 4);
                for (int i = 0; i < 4; i++) panel[inputs.Places[4 * group + i]] = inputs.Columns[group] + i;
            }

            Assert.Equal(read[tiling.Start(tile)..tiling.Start(tile + 1)], panel.Take(tiling.Start(tile + 1) - tiling.Start(tile)));
        }
    }

    [Fact]
    public void Neighbours_share_a_group_and_gaps_cost_none()
    {
        BatchInputs inputs = BatchInputs.Of([1, 2, 4, 50, 99], 100, new BatchTiling(5));

        Assert.Equal([1, 50, 96], inputs.Columns);
        Assert.Equal([0, 1, 2, 2, 3, 4, 4, 4, 4, 4, 4, 4], inputs.Places);
    }

    [Fact]
    public void Samples_of_fewer_than_four_inputs_are_copied_one_by_one()
    {
        BatchInputs inputs = BatchInputs.Of([0, 2], 3, new BatchTiling(2));

        Assert.False(inputs.HasGroups);
        Assert.Equal([0, 2], inputs.Columns);
        Assert.Empty(inputs.Places);
    }
}
