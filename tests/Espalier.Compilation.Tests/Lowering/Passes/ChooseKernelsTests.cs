using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class ChooseKernelsTests
{
    private static readonly DenseLayer s_large = new(
        "large", Build.Rows(784, [.. Enumerable.Repeat(60, 300)]), Zeros(300), Activation.Relu);
    private static readonly DenseLayer s_small = new(
        "small", Build.Rows(300, [.. Enumerable.Repeat(8, 10)]), Zeros(10), Activation.Softmax);

    [Fact]
    public void Without_registers_large_layers_become_loops_and_small_ones_straight_line_code()
    {
        EquatableArray<KernelChoice> kernels = Scalar(LoweringOptions.Default, s_large, s_small);
        Assert.Equal([KernelKind.Table, KernelKind.Unrolled], kernels.Select(choice => choice.Kernel));
        Assert.Equal("it is expected to take 5100 ns (next best: unrolled 6450)", kernels[0].Reason);
        Assert.StartsWith("it is expected to take 61 ns", kernels[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void With_registers_a_plan_may_hold_kernels_of_any_width_up_to_its_own()
    {
        LoweredNetwork result = ChooseKernels.Apply(MakePlans.Apply(Build.Lowered(s_large, s_small)));
        Assert.Equal(
            [VectorWidth.Vector512, VectorWidth.Vector256, VectorWidth.Vector128, VectorWidth.Scalar],
            result.Plans.Select(plan => plan.Width));
        Assert.All(result.Plans, plan => Assert.All(plan.Kernels, choice => Assert.True(choice.Width <= plan.Width)));
        Assert.All(result.Plans.Zip(result.Plans.Skip(1)), pair => Assert.True(pair.First.Nanoseconds <= pair.Second.Nanoseconds));
    }

    [Theory]
    [InlineData(KernelKind.Table)]
    [InlineData(KernelKind.Unrolled)]
    [InlineData(KernelKind.Dense)]
    [InlineData(KernelKind.Block)]
    [InlineData(KernelKind.Permute)]
    public void An_asked_for_kernel_is_used_wherever_it_can_be(KernelKind kernel)
    {
        LoweredNetwork lowered = LoweringPipeline.Start(Build.Network(s_large, s_small), new LoweringOptions { Kernel = kernel });
        foreach (WidthPlan plan in ChooseKernels.Apply(MakePlans.Apply(lowered)).Plans)
        {
            bool isPossible = KernelCandidate.For(Stage.Of(s_large), plan.Width).Any(candidate => candidate.Kernel == kernel);
            Assert.All(plan.Kernels, choice => Assert.Equal(isPossible, choice.Reason == "it was asked for"));
            Assert.All(plan.Kernels, choice => Assert.Equal(isPossible, choice.Kernel == kernel));
        }
    }

    [Fact]
    public void The_budget_counts_for_the_whole_model_and_goes_where_it_gains_most_for_its_bytes()
    {
        DenseLayer[] layers = [.. Enumerable.Range(0, 5).Select(i => Square($"l{i}", i == 3 ? 1 : 4))];
        long each = CodeBytes(layers[0]), few = CodeBytes(layers[3]);

        EquatableArray<KernelChoice> kernels = Scalar(new LoweringOptions { CodeBudget = (int)(each + few) }, layers);

        // Short rows gain most for each byte; of equals the first comes first.
        Assert.Equal([0, 3], kernels.Index().Where(choice => choice.Item.Kernel == KernelKind.Unrolled).Select(choice => choice.Index));
        Assert.Contains("; 0 B of the model's budget", kernels[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_budget_of_nothing_means_loops_everywhere() => Assert.All(
        Scalar(new LoweringOptions { CodeBudget = 0 }, s_large, s_small), choice => Assert.Equal(KernelKind.Table, choice.Kernel));

    [Fact]
    public void Sparse_code_must_be_expected_to_win_by_a_tenth_over_dense_code()
    {
        var dense = new KernelCandidate(KernelKind.Dense, VectorWidth.Vector512, new KernelEstimate(100, 0, 0));
        var sparse = new KernelCandidate(KernelKind.Permute, VectorWidth.Vector512, new KernelEstimate(91, 0, 0));
        Assert.True(dense.Weight < sparse.Weight);
        Assert.True(dense.Weight > (sparse with { Estimate = new KernelEstimate(89, 0, 0) }).Weight);
    }

    private static EquatableArray<KernelChoice> Scalar(LoweringOptions options, params DenseLayer[] layers) =>
        ChooseKernels.Apply(
            MakePlans.Apply(LoweringPipeline.Start(Build.Network(layers), options with { Widths = VectorWidth.Scalar }))).Widest.Kernels;

    private static long CodeBytes(DenseLayer layer) =>
        Kernel.For(KernelKind.Unrolled, layer).Estimate(Stage.Of(layer), VectorWidth.Scalar).CodeBytes;

    private static DenseLayer Square(string name, int perRow) =>
        new(name, Build.Rows(20, [.. Enumerable.Repeat(perRow, 20)]), Zeros(20), Activation.Relu);

    private static FloatVector Zeros(int count) => new(new float[count]);
}
