using Espalier.Compilation.Kernels.Permute;
using Espalier.Compilation.Model;
using Espalier.Compilation.Tests.Lowering;

namespace Espalier.Compilation.Tests.Kernels.Permute;

public sealed class LaneOrderTests
{
    private static readonly DenseLayer[] s_network =
    [
        Layer(Patterns.Random(60, 200, 0.06, seed: 1)),
        Layer(Patterns.Random(40, 60, 0.2, seed: 2)),
        Layer(Patterns.Random(10, 40, 0.4, seed: 3)),
    ];

    public static TheoryData<int, int> LanesAndSpans => new()
    {
        { 16, 0 }, { 16, 1 }, { 16, 4 }, { 16, int.MaxValue }, { 8, 0 }, { 8, 4 }, { 8, int.MaxValue }, { 4, 2 },
    };

    [Theory]
    [MemberData(nameof(LanesAndSpans))]
    public void The_orders_are_permutations_and_the_outputs_of_the_network_stay(int lanes, int span)
    {
        var order = LaneOrder.Find(s_network, lanes, span);
        for (int i = 0; i < s_network.Length; i++)
        {
            Assert.Equal(Enumerable.Range(0, s_network[i].Weights.Rows), order.UnitOrders[i].Order());
        }

        Assert.Equal(Enumerable.Range(0, 10), order.UnitOrders[^1]);
    }

    [Theory]
    [MemberData(nameof(LanesAndSpans))]
    public void Inputs_that_are_read_stand_once_each_and_within_their_span(int lanes, int span)
    {
        var order = LaneOrder.Find(s_network, lanes, span);
        if (span == 0)
        {
            Assert.Null(order.InputOrder);
            return;
        }

        int[] inputs = Assert.IsType<int[]>(order.InputOrder);
        HashSet<int> read = [.. s_network[0].Weights.RawColumnIndices];
        Assert.Equal(read.Order(), inputs.Where(input => input >= 0).Order());
        Assert.Equal(0, inputs.Length % lanes);
        Assert.Equal(order.Layers[0].Weights.Columns, inputs.Length);
        long width = (long)span * lanes;
        Assert.All(inputs.Chunk(lanes), block => Assert.Single(block.Where(input => input >= 0).Select(input => input / width).Distinct()));
    }

    [Theory]
    [MemberData(nameof(LanesAndSpans))]
    public void Every_weight_is_where_the_orders_say(int lanes, int span)
    {
        var order = LaneOrder.Find(s_network, lanes, span);
        for (int i = 0; i < s_network.Length; i++)
        {
            int[]? columns = i == 0 ? order.InputOrder : order.UnitOrders[i - 1];
            float[] given = s_network[i].Weights.ToDense(), moved = order.Layers[i].Weights.ToDense();
            for (int at = 0; at < moved.Length; at++)
            {
                int row = order.UnitOrders[i][at / order.Layers[i].Weights.Columns], position = at % order.Layers[i].Weights.Columns;
                int column = columns is null ? position : columns[position];
                Assert.Equal(s_network[i].Biases[row], order.Layers[i].Biases[at / order.Layers[i].Weights.Columns]);
                Assert.Equal(column < 0 ? 0 : given[row * s_network[i].Weights.Columns + column], moved[at]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(LanesAndSpans))]
    public void The_network_computes_the_same(int lanes, int span)
    {
        // Small integers: every sum is exact, so the order of its terms cannot matter.
        var order = LaneOrder.Find([.. s_network.Select(Signs)], lanes, span);
        var random = new Random(5);
        float[] input = [.. Enumerable.Range(0, 200).Select(_ => (float)random.Next(-4, 5))];
        float[] moved = order.InputOrder is null ? input : [.. order.InputOrder.Select(at => at < 0 ? float.NaN : input[at])];
        foreach (DenseLayer layer in s_network.Select(Signs)) input = Multiply(layer, input);
        foreach (DenseLayer layer in order.Layers) moved = Multiply(layer, moved);
        Assert.Equal(input, moved);
        Assert.Contains(input, value => value != 0);
    }

    [Theory]
    [MemberData(nameof(LanesAndSpans))]
    public void The_schedules_belong_to_the_layers_and_are_never_longer_than_before(int lanes, int span)
    {
        var order = LaneOrder.Find(s_network, lanes, span);
        Assert.Equal(order.PacketCount, order.Layers.Sum(Packets));
        Assert.True(order.PacketCount <= s_network.Sum(Packets));

        int Packets(DenseLayer layer) => PermuteSchedule.Build(layer.Weights, lanes).PacketCount;
    }

    [Fact]
    public void The_same_network_gives_the_same_order()
    {
        LaneOrder first = LaneOrder.Find(s_network, 16, 4), second = LaneOrder.Find(s_network, 16, 4);
        Assert.Equal(first.InputOrder, second.InputOrder);
        Assert.Equal(first.UnitOrders.SelectMany(units => units), second.UnitOrders.SelectMany(units => units));
    }

    [Fact]
    public void Interleaved_rows_of_two_kinds_are_told_apart()
    {
        // Even rows read one input of each of the first four blocks, odd ones of the last four: apart, one packet serves a group.
        var dense = new float[32 * 128];
        for (int row = 0; row < 32; row++)
        {
            for (int k = 0; k < 4; k++) dense[row * 128 + row % 2 * 64 + row * 5 % 16 + k * 16] = 1;
        }

        DenseLayer[] layers = [Layer(SparseMatrix.FromDense(32, 128, dense)), Layer(Patterns.Random(1, 32, 1, seed: 1))];
        var order = LaneOrder.Find(layers, 16, 0);
        Assert.Equal(4, PermuteSchedule.Build(layers[0].Weights, 16).PacketCount);
        Assert.Equal(2, ScheduleCache.Of(order.Layers[0].Weights, 16).PacketCount);
        Assert.Equal(1, ScheduleCache.Of(order.Layers[0].Weights, 16).Fill);
        Assert.All(order.UnitOrders[0].Chunk(16), group => Assert.Single(group.Select(row => row % 2).Distinct()));
    }

    [Theory]
    [InlineData(0.10, 0.76)]
    [InlineData(0.05, 0.70)]
    public void Random_patterns_reach_the_fill_that_is_asked_for(double density, double fill)
    {
        DenseLayer[] layers = [Layer(Patterns.Random(300, 784, density, seed: 1)), Layer(Patterns.Random(1, 300, 0, seed: 1))];
        Assert.True(ScheduleCache.Of(LaneOrder.Find(layers, 16, int.MaxValue).Layers[0].Weights, 16).Fill >= fill);
    }

    [Fact]
    public void A_full_network_is_left_as_it_is()
    {
        DenseLayer[] layers = [Layer(Patterns.Random(32, 64, 1, seed: 1)), Layer(Patterns.Random(16, 32, 1, seed: 2))];
        var order = LaneOrder.Find(layers, 16, 4);
        Assert.Equal(layers, order.Layers);
        Assert.Null(order.InputOrder);
    }

    [Fact]
    public void A_network_that_reads_nothing_is_left_as_it_is() =>
        Assert.Null(LaneOrder.Find([Layer(Patterns.Random(20, 30, 0, seed: 1))], 16, 4).InputOrder);

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LaneOrder.Find(s_network, 17, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LaneOrder.Find(s_network, 16, -1));
    }

    [Fact]
    public void Short_rows_are_left_for_the_group_with_empty_lanes()
    {
        // Of 17 rows the last stands alone. Sixteen rows of 40 weights take ten packets together, and the short one takes one.
        DenseLayer[] layers = [Layer(Build.Rows(40, [4, .. Enumerable.Repeat(40, 16)])), Layer(Patterns.Random(1, 17, 1, seed: 1))];
        var order = LaneOrder.Find(layers, 16, 0);
        Assert.Equal(20, PermuteSchedule.Build(layers[0].Weights, 16).PacketCount);
        Assert.Equal(11, ScheduleCache.Of(order.Layers[0].Weights, 16).PacketCount);
        Assert.Equal(0, order.UnitOrders[0][16]);
    }

    private static DenseLayer Layer(SparseMatrix weights) => new(
        "layer", weights, new FloatVector([.. Enumerable.Range(0, weights.Rows).Select(unit => (float)unit)]), Activation.Identity);

    private static DenseLayer Signs(DenseLayer layer)
    {
        SparseMatrix weights = layer.Weights;
        float[] signs = [.. weights.RawValues.Select(value => value % 3 == 0 ? -1f : 1f)];
        return layer with
        {
            Weights = new SparseMatrix(weights.Rows, weights.Columns, weights.RawRowStarts, weights.RawColumnIndices, signs),
        };
    }

    private static float[] Multiply(DenseLayer layer, float[] input)
    {
        SparseMatrix weights = layer.Weights;
        float[] output = layer.Biases.ToArray();
        for (int row = 0; row < weights.Rows; row++)
        {
            for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
            {
                output[row] += weights.Value(i) * input[weights.ColumnIndex(i)];
            }
        }

        return output;
    }
}
