using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class DropDeadUnitsTests
{
    private static readonly float[][] s_full = [[1, 2], [3, 4], [5, 6]];

    [Fact]
    public void The_example_of_the_documentation()
    {
        LoweredNetwork result = DropDeadUnits.Apply(Build.Lowered(
            Build.Layer("h", [[0, 0], [3, 4], [5, 6]], [2, 20, 30], Activation.Relu),
            Build.Layer("o", [[0.5f, 0, 7]], [100], Activation.Identity)));

        Assert.Equal(Build.Layer("h", [[5, 6]], [30], Activation.Relu), result.Dense(0));
        Assert.Equal(Build.Layer("o", [[7]], [101], Activation.Identity), result.Dense(1));
        Assert.Equal(1, result.FoldedUnits);
        Assert.Equal("hidden units removed: 2; constants folded into the biases they fed: 1", Assert.Single(result.Notes).Text);
    }

    [Fact]
    public void A_live_network_is_left_alone()
    {
        LoweredNetwork lowered = Build.Lowered(Build.Layer("h", s_full, [1, 2, 3], Activation.Relu), Build.SumLayer("o", 3));
        Assert.Same(lowered, DropDeadUnits.Apply(lowered));
    }

    [Fact]
    public void A_chain_of_units_that_end_nowhere_goes_as_a_whole()
    {
        LoweredNetwork result = DropDeadUnits.Apply(Build.Lowered(
            Build.Layer("a", [[1, 0], [0, 1]], [0, 0], Activation.Relu),
            Build.Layer("b", [[1, 0], [0, 1]], [0, 0], Activation.Relu),
            Build.Layer("c", [[1, 0], [0, 1]], [0, 0], Activation.Relu),
            Build.Layer("o", [[1, 0]], [0], Activation.Identity)));

        Assert.Equal([1, 1, 1, 1], Enumerable.Range(0, 4).Select(i => result.Dense(i).Weights.Rows));
        Assert.Equal(0, result.FoldedUnits);
    }

    [Fact]
    public void A_chain_of_constants_is_folded_to_its_end()
    {
        // Unit 0 of a is the constant 2; with it unit 0 of b becomes the constant 3 * 2 + 1 = 7, which adds 7 * 10 to the output.
        LoweredNetwork result = DropDeadUnits.Apply(Build.Lowered(
            Build.Layer("a", [[0, 0], [1, 1]], [2, 0], Activation.Relu),
            Build.Layer("b", [[3, 0], [0, 1]], [1, 0], Activation.Relu),
            Build.Layer("o", [[10, 1]], [5], Activation.Identity)));

        Assert.Equal(Build.Layer("o", [[1]], [75], Activation.Identity), result.Dense(2));
        Assert.Equal(2, result.FoldedUnits);
    }

    [Fact]
    public void The_constant_is_the_activation_of_the_bias()
    {
        LoweredNetwork result = DropDeadUnits.Apply(Build.Lowered(
            Build.Layer("h", [[0, 0], [1, 1]], [-0.3f, 0], Activation.Sigmoid), Build.Layer("o", [[2, 1]], [1], Activation.Identity)));
        Assert.Equal(1f + 2f * ActivationMath.Sigmoid(-0.3f), result.Dense(1).Biases[0]);
    }

    [Fact]
    public void Layers_before_one_without_weights_go_and_the_constants_reach_the_output()
    {
        LoweredNetwork result = DropDeadUnits.Apply(Build.Lowered(
            Build.Layer("a", s_full, [1, 2, 3], Activation.Relu),
            Build.Layer("b", [[0, 0, 0], [0, 0, 0]], [4, -5], Activation.Relu),
            Build.Layer("o", [[2, 3]], [1], Activation.Identity)));

        DenseLayer left = result.Dense(0);
        Assert.Equal(1, result.LayerCount);
        Assert.Equal(("o", 1, 2, 0, 9f), (left.Name, left.Weights.Rows, left.Weights.Columns, left.Weights.Count, left.Biases[0]));
    }

    [Fact]
    public void A_layer_whose_units_are_all_unread_takes_everything_before_it_along()
    {
        LoweredNetwork result = DropDeadUnits.Apply(Build.Lowered(
            Build.Layer("a", s_full, [1, 2, 3], Activation.Relu), Build.Layer("o", [[0, 0, 0], [0, 0, 0]], [4, 5], Activation.Softmax)));

        Assert.Equal(1, result.LayerCount);
        Assert.Equal((2, 2, 0), (result.Dense(0).Weights.Rows, result.Dense(0).Weights.Columns, result.Dense(0).Weights.Count));
        Assert.Equal([4f, 5f], result.Dense(0).Biases.ToArray());
    }

    [Fact]
    public void Units_of_a_hidden_softmax_stay_because_they_share_a_sum()
    {
        LoweredNetwork lowered = Build.Lowered(
            Build.Layer("h", [[0, 0], [3, 4], [5, 6]], [2, 20, 30], Activation.Softmax),
            Build.Layer("o", [[1, 1, 0]], [0], Activation.Identity));
        Assert.Same(lowered, DropDeadUnits.Apply(lowered));
    }

    [Fact]
    public void Units_that_only_a_softmax_reads_are_folded_into_its_biases()
    {
        LoweredNetwork result = DropDeadUnits.Apply(Build.Lowered(
            Build.Layer("h", [[0, 0], [3, 4]], [2, 20], Activation.Relu), Build.Layer("o", [[3, 1], [0, 1]], [1, 1], Activation.Softmax)));
        Assert.Equal([7f, 1f], result.Dense(1).Biases.ToArray());
        Assert.Equal(1, result.Dense(0).Weights.Rows);
    }

    [Fact]
    public void Outputs_and_inputs_never_go()
    {
        LoweredNetwork result = DropDeadUnits.Apply(Build.Lowered(
            Build.Layer("h", [[0, 1, 0], [0, 0, 0]], [0, 0], Activation.Relu),
            Build.Layer("o", [[1, 0], [0, 0]], [0, 3], Activation.Relu)));
        Assert.Equal((3, 1), (result.Dense(0).Weights.Columns, result.Dense(0).Weights.Rows));
        Assert.Equal(2, result.Dense(1).Weights.Rows);
    }

    [Fact]
    public void A_constant_that_would_make_a_bias_infinite_stays_a_unit()
    {
        LoweredNetwork result = DropDeadUnits.Apply(Build.Lowered(
            Build.Layer("h", [[0, 0], [1, 1], [0, 0]], [3e38f, 0, 1], Activation.Relu),
            Build.Layer("o", [[3e38f, 1, 5]], [1], Activation.Identity)));
        Assert.Equal(Build.Layer("h", [[0, 0], [1, 1]], [3e38f, 0], Activation.Relu), result.Dense(0));
        Assert.Equal(Build.Layer("o", [[3e38f, 1]], [6], Activation.Identity), result.Dense(1));
    }
}
