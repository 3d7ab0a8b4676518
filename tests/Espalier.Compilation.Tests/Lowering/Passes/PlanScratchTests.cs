using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class PlanScratchTests
{
    [Fact]
    public void The_example_of_the_documentation()
    {
        LoweredNetwork result = PlanScratch.Apply(WithHidden(300, 100, 50));
        Assert.Equal(new ScratchPlan(400, new EquatableArray<int>([0, 300, 0])), result.Scratch);
    }

    [Fact]
    public void A_single_layer_needs_nothing() =>
        Assert.Equal(new ScratchPlan(0, new EquatableArray<int>([])), PlanScratch.Apply(WithHidden()).Scratch);

    [Fact]
    public void Neighbours_never_overlap_and_nothing_is_wasted()
    {
        var random = new Random(1);
        for (int round = 0; round < 200; round++)
        {
            int[] lengths = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.Next(1, 50))];
            ScratchPlan plan = ScratchPlan.For(lengths);
            for (int i = 0; i < lengths.Length; i++)
            {
                Assert.InRange(plan.Offsets[i], 0, plan.Length - lengths[i]);
                if (i == 0) continue;
                bool apart = plan.Offsets[i] >= plan.Offsets[i - 1] + lengths[i - 1] || plan.Offsets[i - 1] >= plan.Offsets[i] + lengths[i];
                Assert.True(apart, $"Round {round}: buffers {i - 1} and {i} overlap.");
            }

            int needed = lengths.Length == 1 ? lengths[0] : lengths.Zip(lengths.Skip(1), (left, right) => left + right).Max();
            Assert.Equal(needed, plan.Length);
        }
    }

    private static LoweredNetwork WithHidden(params int[] hidden)
    {
        int[] sizes = [4, .. hidden, 2];
        return Build.Lowered([.. Enumerable.Range(0, sizes.Length - 1).Select(i => new DenseLayer(
            $"l{i}", Build.Rows(sizes[i], [.. Enumerable.Repeat(1, sizes[i + 1])]), new FloatVector(new float[sizes[i + 1]]),
            Activation.Relu))]);
    }
}
