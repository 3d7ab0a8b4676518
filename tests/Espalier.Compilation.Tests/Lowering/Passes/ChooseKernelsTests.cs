using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class ChooseKernelsTests
{
    private static readonly DenseLayer s_large =
        new("large", Build.Rows(784, [.. Enumerable.Repeat(60, 300)]), Zeros(300), Activation.Relu);
    private static readonly DenseLayer s_small =
        new("small", Build.Rows(300, [.. Enumerable.Repeat(8, 10)]), Zeros(10), Activation.Softmax);

    [Fact]
    public void Large_layers_become_loops_and_small_ones_straight_line_code()
    {
        LoweredNetwork result = ChooseKernels.Apply(Build.Lowered(s_large, s_small));
        Assert.Equal([KernelKind.Table, KernelKind.Unrolled], result.Kernels.Select(choice => choice.Kernel));
        Assert.StartsWith("a loop is expected to be 1350 ns faster than straight-line", result.Kernels[0].Reason, StringComparison.Ordinal);
        Assert.Contains("fits the budget of 24576 B", result.Kernels[1].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(KernelKind.Table)]
    [InlineData(KernelKind.Unrolled)]
    public void An_asked_for_kernel_is_used_everywhere(KernelKind kernel)
    {
        LoweredNetwork lowered = LoweringPipeline.Start(Build.Network(s_large, s_small), new LoweringOptions { Kernel = kernel });
        LoweredNetwork result = ChooseKernels.Apply(lowered);
        Assert.All(result.Kernels, choice => Assert.Equal((kernel, "it was asked for"), (choice.Kernel, choice.Reason)));
    }

    [Fact]
    public void The_budget_counts_for_the_whole_model_and_goes_where_it_gains_most_for_its_bytes()
    {
        DenseLayer[] layers = [.. Enumerable.Range(0, 5).Select(i => Square($"l{i}", i == 3 ? 1 : 4))];
        long each = Kernel.For(KernelKind.Unrolled).Estimate(layers[0]).CodeBytes,
            few = Kernel.For(KernelKind.Unrolled).Estimate(layers[3]).CodeBytes;
        LoweredNetwork lowered = LoweringPipeline.Start(Build.Network(layers), new LoweringOptions { CodeBudget = (int)(each + few) });

        LoweredNetwork result = ChooseKernels.Apply(lowered);

        // Short rows gain most for each byte; of equals the first comes first.
        Assert.Equal([0, 3], result.Kernels.Index().Where(choice => choice.Item.Kernel == KernelKind.Unrolled)
            .Select(choice => choice.Index));
        Assert.Contains("; 0 B of the model's budget", result.Kernels[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_budget_of_nothing_means_loops_everywhere()
    {
        LoweredNetwork lowered = LoweringPipeline.Start(Build.Network(s_large, s_small), new LoweringOptions { CodeBudget = 0 });
        Assert.All(ChooseKernels.Apply(lowered).Kernels, choice => Assert.Equal(KernelKind.Table, choice.Kernel));
    }

    private static DenseLayer Square(string name, int perRow) =>
        new(name, Build.Rows(20, [.. Enumerable.Repeat(perRow, 20)]), Zeros(20), Activation.Relu);

    private static FloatVector Zeros(int count) => new(new float[count]);
}
