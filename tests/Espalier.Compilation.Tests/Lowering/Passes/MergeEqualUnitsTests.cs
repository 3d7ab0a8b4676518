using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class MergeEqualUnitsTests
{
    private static readonly float[][] s_twins = [[1, 2], [3, 0], [1, 2]];

    [Fact]
    public void The_example_of_the_documentation()
    {
        LoweredNetwork result = MergeEqualUnits.Apply(Build.Lowered(
            Build.Layer("h", s_twins, [3, 4, 3], Activation.Relu), Build.Layer("o", [[0.5f, 7, 0.25f]], [100], Activation.Identity)));

        Assert.Equal(Build.Layer("h", [[1, 2], [3, 0]], [3, 4], Activation.Relu), result.Dense(0));
        Assert.Equal(Build.Layer("o", [[0.75f, 7]], [100], Activation.Identity), result.Dense(1));
        Assert.Equal((1, 0, true), (result.MergedUnits, result.FoldedUnits, result.SumsRegrouped));
        Assert.Equal("hidden units merged into an equal one: 1", Assert.Single(result.Notes).Text);
    }

    [Fact]
    public void A_survivor_whose_outgoing_weights_all_cancel_goes_too()
    {
        LoweredNetwork result = MergeEqualUnits.Apply(Build.Lowered(
            Build.Layer("h", s_twins, [3, 4, 3], Activation.Relu), Build.Layer("o", [[0.5f, 7, -0.5f]], [100], Activation.Identity)));

        Assert.Equal(Build.Layer("h", [[3, 0]], [4], Activation.Relu), result.Dense(0));
        Assert.Equal(Build.Layer("o", [[7]], [100], Activation.Identity), result.Dense(1));
    }

    [Fact]
    public void Three_of_a_kind_become_one_and_a_reader_of_the_last_alone_reads_the_first()
    {
        LoweredNetwork result = MergeEqualUnits.Apply(Build.Lowered(
            Build.Layer("h", [[5, 5], [1, 2], [1, 2], [1, 2]], [0, 3, 3, 3], Activation.Tanh),
            Build.Layer("o", [[1, 2, 4, 8], [9, 0, 0, 3]], [0, 0], Activation.Softmax)));

        Assert.Equal(Build.Layer("o", [[1, 14], [9, 3]], [0, 0], Activation.Softmax), result.Dense(1));
        Assert.Equal(2, result.MergedUnits);
    }

    [Fact]
    public void Units_that_become_equal_by_a_merger_before_them_are_merged_as_well()
    {
        // Both units of b read the twins of a with weights that add up to 5.
        LoweredNetwork result = MergeEqualUnits.Apply(Build.Lowered(
            Build.Layer("a", [[1, 2], [1, 2], [1, 3]], [0, 0, 0], Activation.Relu),
            Build.Layer("b", [[2, 3, 1], [4, 1, 1]], [7, 7], Activation.Relu),
            Build.Layer("o", [[10, 20]], [0], Activation.Identity)));

        Assert.Equal(Build.Layer("b", [[5, 1]], [7], Activation.Relu), result.Dense(1));
        Assert.Equal(Build.Layer("o", [[30]], [0], Activation.Identity), result.Dense(2));
        Assert.Equal(2, result.MergedUnits);
    }

    [Fact]
    public void A_unit_that_becomes_constant_by_a_merger_is_folded_and_what_that_makes_equal_is_merged()
    {
        // The twins cancel in the first unit of b, which is the constant relu(2) then; c's units differ only in how they read it and
        // their biases.
        LoweredNetwork result = MergeEqualUnits.Apply(Build.Lowered(
            Build.Layer("a", [[1, 2], [1, 2], [1, 3]], [0, 0, 0], Activation.Relu),
            Build.Layer("b", [[1, -1, 0], [0, 0, 1]], [2, 0], Activation.Relu),
            Build.Layer("c", [[1, 6], [2, 6]], [3, 1], Activation.Relu),
            Build.Layer("o", [[1, 1]], [0], Activation.Identity)));

        Assert.Equal(Build.Layer("c", [[6]], [5], Activation.Relu), result.Dense(2));
        Assert.Equal(Build.Layer("o", [[2]], [0], Activation.Identity), result.Dense(3));
        Assert.Equal((2, 1), (result.MergedUnits, result.FoldedUnits));
    }

    [Fact]
    public void A_pair_whose_outgoing_weights_would_overflow_stays_and_others_of_its_kind_still_merge()
    {
        LoweredNetwork result = MergeEqualUnits.Apply(Build.Lowered(
            Build.Layer("h", [[1, 2], [1, 2], [1, 2]], [0, 0, 0], Activation.Relu),
            Build.Layer("o", [[3e38f, 3e38f, 1], [1, 1, 1]], [0, 0], Activation.Identity)));

        Assert.Equal(Build.Layer("o", [[3e38f, 3e38f], [2, 1]], [0, 0], Activation.Identity), result.Dense(1));
        Assert.Equal(1, result.MergedUnits);
    }

    [Theory]
    [InlineData(1f, 3f, 4f)]
    [InlineData(1.0000001f, 3f, 3f)]
    [InlineData(-1f, 3f, 3f)]
    [InlineData(1f, 0f, -0f)]
    public void A_difference_of_one_bit_is_a_difference(float weight, float bias, float otherBias)
    {
        LoweredNetwork lowered = Build.Lowered(
            Build.Layer("h", [[1, 2], [weight, 2]], [bias, otherBias], Activation.Relu), Build.SumLayer("o", 2));
        Assert.Same(lowered, MergeEqualUnits.Apply(lowered));
    }

    [Fact]
    public void Units_of_a_hidden_softmax_and_outputs_stay()
    {
        LoweredNetwork lowered = Build.Lowered(
            Build.Layer("h", [[1, 2], [1, 2]], [3, 3], Activation.Softmax), Build.Layer("o", [[1, 1], [1, 1]], [0, 0], Activation.Relu));
        Assert.Same(lowered, MergeEqualUnits.Apply(lowered));
    }

    [Fact]
    public void A_codebook_stays_only_while_it_holds_every_weight()
    {
        DenseLayer hidden = Build.Layer("h", s_twins, [3, 4, 3], Activation.Relu);
        DenseLayer Output(params float[] values) => new(
            "o", new SparseMatrix(1, 3, [0, 3], [0, 1, 2], values, new FloatVector([1, 2, 7])), new FloatVector([0]), Activation.Identity);

        Assert.NotNull(MergeEqualUnits.Apply(Build.Lowered(hidden, Output(1, 7, 1))).Dense(1).Weights.Codebook);
        Assert.Null(MergeEqualUnits.Apply(Build.Lowered(hidden, Output(1, 7, 2))).Dense(1).Weights.Codebook);
    }

    [Fact]
    public void The_merged_network_computes_the_same()
    {
        // Few distinct small integers, so that units are equal now and then and every sum is exact.
        var random = new Random(1);
        float[][] Rows(int count, int length, int values) =>
            [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, length).Select(_ => (float)random.Next(values)).ToArray())];
        LoweredNetwork lowered = DropDeadUnits.Apply(Build.Lowered(
            Build.Layer("a", Rows(20, 3, 2), new float[20], Activation.Relu),
            Build.Layer("b", Rows(12, 20, 3), new float[12], Activation.LeakyRelu(0.5f)),
            Build.Layer("o", Rows(4, 12, 4), [1, 2, 3, 4], Activation.Identity)));
        LoweredNetwork merged = MergeEqualUnits.Apply(lowered);

        Assert.InRange(merged.Dense(0).Weights.Rows, 1, 7);
        for (int i = 0; i < 20; i++)
        {
            float[] input = [random.Next(-9, 10), random.Next(-9, 10), random.Next(-9, 10)];
            Assert.Equal(Compute(lowered, input), Compute(merged, input));
        }
    }

    private static float[] Compute(LoweredNetwork network, float[] input)
    {
        for (int i = 0; i < network.LayerCount; i++)
        {
            DenseLayer layer = network.Dense(i);
            float[] dense = layer.Weights.ToDense();
            float[] read = input;
            input = [.. Enumerable.Range(0, layer.Weights.Rows).Select(row => Espalier.Compilation.Kernels.ActivationMath.Apply(
                layer.Activation, layer.Biases[row] + read.Select((value, column) => value * dense[row * read.Length + column]).Sum()))];
        }

        return input;
    }
}
