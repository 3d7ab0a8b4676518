using Espalier.Compilation.Model;
using Espalier.Pruning.Units;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Units;

public sealed class FilterLayersTests
{
    public static TheoryData<string> Names => FilterRun.Names;

    [Theory]
    [InlineData("tiny", new[] { 2, 4, 0, 5, 0, 6 })]
    [InlineData("depthwise separable", new[] { 2, 4, 0, 3 })]
    [InlineData("dense block", new[] { 2, 3, 2, 0, 2 })]
    [InlineData("normalised residual", new[] { 2, 3, 0, 0, 0, 0, 0, 0, 4 })]
    [InlineData("pixels and dense layers", new[] { 84, 5, 4 })]
    [InlineData("ends in filters", new[] { 2, 4, 0 })]
    [InlineData("a value added to itself and to the input", new[] { 2, 0, 0 })]
    [InlineData("concatenation", new[] { 2, 3, 1, 0, 2 })]
    [InlineData("groups", new[] { 4, 2, 0 })]
    public void Units_belong_to_the_layer_that_is_the_first_to_yield_them(string name, int[] sizes)
    {
        // Four input channels of "groups" are read by a plain convolution, whose filters go by twos.
        var layers = new UnitLayers(FilterRun.Create(name));
        Assert.Equal(sizes, Enumerable.Range(0, layers.Count).Select(layers.Size));
        Assert.All(layers.Live().SelectMany(layer => layer), Assert.True);
    }

    [Fact]
    public void A_filter_is_read_through_pooling_and_flatten()
    {
        var layers = new UnitLayers(FilterRun.Create("tiny"));
        UnitRead first = Assert.Single(layers[new(1, 2)].Reads), second = Assert.Single(layers[new(3, 4)].Reads);
        Assert.Equal(("b", new UnitFace(1, 18, 9), 8, 4), (first.Reader.Name, first.Face, first.FirstColumn, first.Columns));
        Assert.Equal(("f", new UnitFace(3, 16, 4), 16, 4), (second.Reader.Name, second.Face, second.FirstColumn, second.Columns));
        Assert.Equal([new UnitFace(0, 84, 42), new UnitFace(1, 18, 9)], layers[new(1, 2)].Places);
        Assert.Equal(("a", 2), (Assert.Single(layers[new(1, 2)].Rows).Layer.Name, layers[new(1, 2)].Rows[0].Row));
    }

    [Fact]
    public void Additions_and_depthwise_convolutions_make_one_unit_of_several_filters()
    {
        UnitParts coupled = new UnitLayers(FilterRun.Create("normalised residual"))[new(1, 1)];
        Assert.Equal([("a", 1), ("b", 1)], coupled.Rows.Select(row => (row.Layer.Name, row.Row)));
        Assert.Equal([("n", 1), ("m", 1)], coupled.Channels.Select(channel => (channel.Layer.Name, channel.Channel)));
        Assert.Equal(["b", "f"], coupled.Reads.Select(read => read.Reader.Name));
        UnitParts depthwise = new UnitLayers(FilterRun.Create("depthwise separable"))[new(1, 1)];
        Assert.Equal([("a", 1), ("b", 2), ("b", 3)], depthwise.Rows.Select(row => (row.Layer.Name, row.Row)));
        UnitRead read = Assert.Single(depthwise.Reads);
        Assert.Equal(("c", 2, 2), (read.Reader.Name, read.FirstColumn, read.Columns));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_removed_unit_is_as_if_its_output_were_0_and_the_smaller_network_does_without_it(string name)
    {
        TrainableNetwork network = FilterRun.Create(name);
        var whole = new UnitLayers(network);
        double before = FilterRun.MeanLoss(network);
        int changes = 0;
        for (int layer = 1; layer < whole.Count; layer++)
        {
            for (int unit = 0; unit < whole.Size(layer); unit++)
            {
                TrainableNetwork removed = network.Clone();
                var seen = new UnitLayers(removed);
                if (seen.Size(layer) == 1) continue;
                var id = new UnitId(layer, unit);
                seen.Remove(id);
                Assert.False(seen.Live()[layer][unit]);
                Assert.Equal(FilterRun.SwitchOff(network, whole[id], before), FilterRun.MeanLoss(removed) - before, 1e-9);
                TrainableNetwork smaller = NetworkShrinker.Shrink(removed);
                Assert.InRange(FilterRun.LargestDifference(removed, smaller), 0, 1e-9);
                Assert.True(smaller.WeightCount < removed.WeightCount && smaller.WeightCount == removed.LiveWeightCount,
                    $"{smaller.WeightCount} of {removed.LiveWeightCount} left of {removed.WeightCount}");
                Assert.All(new UnitLayers(smaller).Live().SelectMany(one => one), Assert.True);

                // The control: removal shows, but for units that are dead on these samples.
                if (FilterRun.LargestDifference(network, smaller) > 1e-3) changes++;
            }
        }

        Assert.Equal(Enumerable.Range(1, whole.Count - 1).Any(layer => whole.Size(layer) > 1), changes > 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_every_layer_a_unit_stays(string name)
    {
        TrainableNetwork network = FilterRun.Create(name);
        var layers = new UnitLayers(network);
        for (int layer = 1; layer < layers.Count; layer++)
        {
            for (int unit = 0; unit < layers.Size(layer); unit++) layers.Remove(new UnitId(layer, unit));
        }

        HashSet<UnitParts> first =
            [.. layers.Units(0), .. Enumerable.Range(1, layers.Count - 1).SelectMany(i => layers.Units(i).ToArray().Take(1))];
        TrainableNetwork smaller = NetworkShrinker.Shrink(network);
        for (int i = 0; i < network.Layers.Count; i++)
        {
            UnitParts?[] channels = layers.Channels(i);
            int expected = channels.Count(unit => unit is null || first.Contains(unit));
            Assert.Equal(expected * layers.ChannelLength(i), smaller.Layers[i].OutputShape.Length);
        }

        Assert.InRange(FilterRun.LargestDifference(network, smaller), 0, 1e-9);
    }

    [Fact]
    public void Smaller_networks_keep_masks_statistics_and_connections()
    {
        TrainableNetwork network = FilterRun.Create("normalised residual");
        network.Parameters[0].Values[20] = 0;
        network.Parameters[0].FreezeZeros();
        new UnitLayers(network).Remove(new UnitId(1, 0));
        TrainableNetwork smaller = NetworkShrinker.Shrink(network);
        Assert.Equal(Parameter.Removed, smaller.Parameters[0].Mask![2]);
        Assert.Equal(network.LiveWeightCount, smaller.LiveWeightCount);
        for (int i = 2; i < 6; i++) Assert.Equal(network.Parameters[i].Values[1..], smaller.Parameters[i].Values);
        Assert.Equal(network.Layers.Select(layer => layer.Sources), smaller.Layers.Select(layer => layer.Sources));
        Assert.Equal(new Shape(2, 5, 4), smaller.Layers[4].OutputShape);
    }
}
