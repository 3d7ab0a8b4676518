using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class PlanScratchTests
{
    [Fact]
    public void The_example_of_the_documentation()
    {
        ScratchPlan scratch = Plan(VectorWidth.Scalar, KernelKind.Table, 300, 100, 50);
        Assert.Equal(new ScratchPlan(400, false, -1, new EquatableArray<int>([0, 300, 0, -1])), scratch);
    }

    [Fact]
    public void A_single_scalar_layer_needs_nothing() =>
        Assert.Equal(new ScratchPlan(0, false, -1, new EquatableArray<int>([-1])), Plan(VectorWidth.Scalar, KernelKind.Table));

    [Fact]
    public void Registers_want_padded_and_aligned_buffers_for_the_input_and_the_output_too() => Assert.Equal(
        new ScratchPlan(32 + 15, true, 0, new EquatableArray<int>([16, 0])), Plan(VectorWidth.Vector512, KernelKind.Permute, 5));

    [Fact]
    public void Dense_code_reads_the_caller_s_input() =>
        Assert.Equal(new ScratchPlan(16 + 15, true, -1, new EquatableArray<int>([0])), Plan(VectorWidth.Vector256, KernelKind.Dense));

    [Fact]
    public void Neighbours_never_overlap_and_nothing_is_wasted()
    {
        var random = new Random(1);
        for (int round = 0; round < 200; round++)
        {
            int[] lengths = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.Next(1, 50))];
            (int length, int[] offsets) = ScratchPlacer.PlaceInTurn(lengths);
            for (int i = 0; i < lengths.Length; i++)
            {
                Assert.InRange(offsets[i], 0, length - lengths[i]);
                if (i == 0) continue;
                bool apart = offsets[i] >= offsets[i - 1] + lengths[i - 1] || offsets[i - 1] >= offsets[i] + lengths[i];
                Assert.True(apart, $"Round {round}: buffers {i - 1} and {i} overlap.");
            }

            int needed = lengths.Length == 1 ? lengths[0] : lengths.Zip(lengths.Skip(1), (left, right) => left + right).Max();
            Assert.Equal(needed, length);
        }
    }

    private static ScratchPlan Plan(VectorWidth width, KernelKind kernel, params int[] hidden)
    {
        int[] sizes = [4, .. hidden, 2];
        Network network = Build.Network([.. Enumerable.Range(0, sizes.Length - 1).Select(i => new DenseLayer(
            $"l{i}", Build.Rows(sizes[i], [.. Enumerable.Repeat(1, sizes[i + 1])]), new FloatVector(new float[sizes[i + 1]]),
            Activation.Relu))]);
        LoweredNetwork lowered = LoweringPipeline.Start(network, new LoweringOptions { Kernel = kernel, Widths = width });
        return PlanScratch.Apply(KeepBestPlans.Apply(ChooseKernels.Apply(MakePlans.Apply(lowered)))).Widest.Scratch!;
    }
}
