using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Patterns;
using Espalier.Tests.Pruning.Layerwise;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Patterns;

public sealed class LayerLayoutTests
{
    [Theory]
    [InlineData("2of32", PatternOrder.Consecutive, "0-31 32-63 64-95 96-99")]
    [InlineData("2of32", PatternOrder.Registers, "0-15,64-79 16-31,80-95 32-47,96-99 48-63")]
    [InlineData("of16", PatternOrder.Registers, "0-7,56-63 8-15,64-71 16-23,72-79 24-31,80-87 32-39,88-95 40-47,96-99 48-55")]
    [InlineData("of8", PatternOrder.Registers, "0-7 8-15 16-23 24-31 32-39 40-47 48-55 56-63 64-71 72-79 80-87 88-95 96-99")]
    public void Slices_are_runs_of_inputs(string name, PatternOrder order, string runs)
    {
        LayerLayout layout = Layout(PruningPattern.Parse(name) with { Order = order }).Layers[0]!;
        string[] slices = [.. runs.Split(' ')];
        Assert.Equal(slices.Length, layout.SliceCount);
        for (int slice = 0; slice < slices.Length; slice++)
        {
            IEnumerable<int> inputs = slices[slice].Split(',').Select(run => run.Split('-').Select(int.Parse).ToArray())
                .SelectMany(run => Enumerable.Range(run[0], run[1] - run[0] + 1));
            Assert.All(inputs, input => Assert.Equal(slice, layout.SliceOfInput[input]));
        }
    }

    [Fact]
    public void Interleaved_inputs_are_far_from_each_other_and_none_is_left_out()
    {
        LayerLayout layout = Layout(PruningPattern.Even(32) with { Order = PatternOrder.Interleaved }).Layers[0]!;
        Assert.Equal(Enumerable.Range(0, 100).Select(input => input % 4), layout.SliceOfInput);
    }

    [Theory]
    [InlineData("of32")]
    [InlineData("16x1")]
    [InlineData("2of32")]
    public void Live_inputs_are_dealt_and_the_others_left_out(string name)
    {
        LayerLayout layout = Layout(PruningPattern.Parse(name) with { Order = PatternOrder.Live }).Layers[0]!;
        int size = name == "16x1" ? 1 : 32;
        Assert.Equal([10, 50], Enumerable.Range(0, 100).Where(input => layout.SliceOfInput[input] == LayerLayout.Idle));
        Assert.Equal((98 + size - 1) / size, layout.SliceCount);
        for (int slice = 0; slice < layout.SliceCount - 1; slice++) Assert.Equal(size, layout.SliceOfInput.Count(other => other == slice));
    }

    [Fact]
    public void Later_layers_have_the_units_of_two_groups_in_a_slice_of_32()
    {
        PatternLayout layout = Layout(PruningPattern.Even(32) with { Order = PatternOrder.Registers });
        LayerLayout first = layout.Layers[0]!, second = layout.Layers[1]!;
        for (int unit = 0; unit < 64; unit++) Assert.Equal(first.GroupOfUnit[unit] / 2, second.SliceOfInput[unit]);
    }

    // 100 inputs, of which two are always zero, 64 and 32 units.
    private static PatternLayout Layout(PruningPattern pattern)
    {
        TrainableNetwork network = PatternProblem.Network(100, 64, 32);
        var context = new PruningContext(network, LayerwiseData.Inputs(20, 100, 1, dead: [10, 50], outputs: 32), LossKind.MeanSquaredError);
        return PatternLayout.Arrange(pattern, context, new MagnitudeCriterion());
    }
}
