using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering;

public sealed class LoweringPipelineTests
{
    [Fact]
    public void The_passes_are_these() => Assert.Equal(
        [
            "validate", "spread groups", "drop zero weights", "fold batch normalisation", "drop flatten layers", "drop dead units",
            "merge equal units", "note unread inputs", "make plans", "fuse pooling", "order units", "choose kernels", "fuse layers",
            "keep the best plans", "plan scratch memory", "split into methods",
        ],
        LoweringPipeline.Passes.Select(pass => pass.Name));

    [Fact]
    public void Equal_networks_lower_to_equal_values_with_equal_hash_codes()
    {
        LoweredNetwork left = LoweringPipeline.Run(Sample(1)), right = LoweringPipeline.Run(Sample(1));
        Assert.NotSame(left, right);
        Assert.Equal(left, right);
        Assert.Equal(left.GetHashCode(), right.GetHashCode());
    }

    [Fact]
    public void Another_weight_is_another_value_and_another_content_but_the_same_header()
    {
        LoweredNetwork left = LoweringPipeline.Run(Sample(1)), right = LoweringPipeline.Run(Sample(1.0000001f));
        Assert.NotEqual(left, right);
        Assert.NotEqual(left.Content, right.Content);
        Assert.Equal(left.Header, right.Header);
    }

    [Fact]
    public void The_header_keeps_the_sizes_of_the_network_that_went_in()
    {
        LoweredNetwork lowered = LoweringPipeline.Run(Build.Network(
            Build.Layer("a", [[1, 2], [0, 0], [3, 0]], [0, 0, 0], Activation.Relu), Build.Layer("b", [[1, 0, 0]], [0], Activation.Relu)));

        // Inputs, hidden units and outputs in whole registers of 16, two of them at a time, and 15 to get to a boundary.
        Assert.Equal(new NetworkHeader("net", 2, 1, 47), lowered.Header);
        Assert.Equal(1, lowered.Plans[^1].Scratch!.Length);
    }

    [Fact]
    public void Options_are_part_of_the_value() => Assert.NotEqual(
        LoweringPipeline.Run(Sample(1)), LoweringPipeline.Run(Sample(1), new LoweringOptions { CodeBudget = 1000 }));

    [Fact]
    public void A_cancelled_run_stops() => Assert.Throws<OperationCanceledException>(
        () => LoweringPipeline.Run(Sample(1), cancellationToken: new CancellationToken(canceled: true)));

    [Fact]
    public void Lowering_twice_changes_nothing_more()
    {
        LoweredNetwork once = LoweringPipeline.Run(Build.Network(
            Build.Layer("a", [[0, 0], [1, 0], [3, 4]], [1, 2, 3], Activation.Relu), Build.Layer("b", [[1, 0, 5]], [0], Activation.Relu)));
        Assert.Equal(once.Network, LoweringPipeline.Run(once.Network).Network);
    }

    private static Network Sample(float weight) =>
        Build.Network(Build.Layer("a", [[weight, 2], [3, 4]], [0, 0], Activation.Relu), Build.SumLayer("b", 2));
}
