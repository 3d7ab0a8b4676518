using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Tests.Shared;

namespace Espalier.Tests.Inference;

/// <summary>Generated code for graphs of all kinds of layers against the interpreter.</summary>
[Trait("Category", "Width")]
public sealed class GraphCodeTests(GraphCodeTests.Code code) : IClassFixture<GraphCodeTests.Code>
{
    private const int ScalarNetworks = 60, VectorNetworks = 120, InputCount = 3;

    private static readonly KernelKind?[] s_kernels =
        [null, KernelKind.Pixels, KernelKind.UnrolledPixels, KernelKind.Dense, KernelKind.Loop];

    private static readonly LoweringOptions s_scalar = new() { Widths = VectorWidth.Scalar };

    [Fact]
    public void Scalar_code_gives_the_bits_of_the_interpreter()
    {
        var random = new SeededRandom(1);
        var set = new CompiledSet(Enumerable.Range(0, ScalarNetworks).Select(i => (RandomGraphs.Next(random, $"N{i}"), s_scalar)));
        Assert.Contains(set.Entries, entry => entry.Lowered.FoldedUnits > 0);
        Assert.Contains(set.Entries, entry => entry.Lowered.FoldedNormalizations > 0);
        foreach (CompiledSet.Entry entry in set.Entries)
        {
            for (int i = 0; i < InputCount; i++)
            {
                float[] input = RandomNetworks.Input(random, entry.Lowered.Header.InputLength),
                    actual = new float[entry.Lowered.Header.OutputLength];
                entry.Predict(input, actual);
                RandomNetworks.AssertSameBits(
                    RandomNetworks.Interpret(entry.Lowered.Network, input), actual, $"{entry.Name}: against the lowered network");
                if (!entry.Lowered.SumsRegrouped)
                {
                    RandomNetworks.AssertSameBits(
                        RandomNetworks.Interpret(entry.Given, input), actual, $"{entry.Name}: against the given network");
                }
            }
        }
    }

    [Fact]
    public void Every_kernel_is_seen_at_every_width_and_poolings_are_fused()
    {
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>()
            .Where(width => width != VectorWidth.Scalar && PlanMethods.CanRun(width)))
        {
            foreach (KernelKind kernel in s_kernels.OfType<KernelKind>())
            {
                if ((kernel, width) == (KernelKind.UnrolledPixels, VectorWidth.Vector128)) continue;
                bool isSeen = code.Entries.Any(entry => entry.Lowered.Plans.Any(
                    plan => plan.Width == width && plan.Kernels.Any(choice => (choice.Kernel, choice.Width) == (kernel, width))));
                Assert.True(isSeen, $"{kernel} {width}");
            }

            Assert.Contains(code.Entries, entry => entry.Lowered.Plans.Any(
                plan => plan.Width == width && plan.Stages.Any(stage => stage.Pooling is { Kind: PoolingKind.Max })));
            Assert.Contains(code.Entries, entry => entry.Lowered.Plans.Any(
                plan => plan.Width == width && plan.Stages.Any(stage => stage.Pooling is { Kind: PoolingKind.Average })));
        }
    }

    [Fact]
    public void Every_plan_keeps_within_its_bounds_and_the_scalar_one_to_the_bit()
    {
        var random = new SeededRandom(2);
        double largest = 0;
        foreach (CompiledSet.Entry entry in code.Entries)
        {
            int length = entry.Lowered.Header.InputLength;
            var bound = new RoundingBound(entry.Lowered.Network);
            float[][] inputs =
            [
                .. Enumerable.Range(0, InputCount).Select(_ => RandomNetworks.Input(random, length)),
                .. ((float[])[0, -0f, 1e30f, float.PositiveInfinity, float.NaN]).Select(value => Mixed(random, length, value)),
            ];
            foreach (float[] input in inputs)
            {
                BoundedOutputs expected = bound.For(input);
                foreach (WidthPlan plan in PlanMethods.Runnable(entry.Lowered))
                {
                    float[] actual = Run(entry, plan, input);
                    string what = $"{entry.Name} {plan.Width}: {string.Join(", ", plan.Kernels.Select(choice => choice.Name))}";
                    if (plan.Kernels.All(choice => choice.Width == VectorWidth.Scalar)) RandomNetworks.AssertSameBits(
                        expected.Values, actual, what);
                    double share = expected.BoundShare(actual);
                    Assert.True(share <= 1, $"{what}: {share} of the bound.");
                    largest = Math.Max(largest, share);
                }
            }
        }

        // A bound that nothing comes near would hide faults.
        Assert.InRange(largest, PlanMethods.CanRun(VectorWidth.Vector128) ? 0.01 : 0, 1);
    }

    [Fact]
    public void The_mean_of_whole_images_is_taken_in_registers_and_keeps_within_its_bounds()
    {
        var random = new SeededRandom(7);
        (int Height, int Width)[] sizes = [(2, 2), (1, 5), (4, 4), (7, 7), (5, 13), (16, 16), (14, 24)];
        var set = new CompiledSet(
            sizes.Select((size, i) => (MeanOfImages($"M{i}", new Shape(3, size.Height, size.Width)), LoweringOptions.Default)));
        foreach (CompiledSet.Entry entry in set.Entries)
        {
            int length = entry.Lowered.Header.InputLength;
            foreach (float[] input in (float[][])[RandomNetworks.Input(random, length), Mixed(random, length, float.NaN)])
            {
                BoundedOutputs expected = new RoundingBound(entry.Lowered.Network).For(input);
                foreach (WidthPlan plan in PlanMethods.Runnable(entry.Lowered))
                {
                    double share = expected.BoundShare(Run(entry, plan, input));
                    Assert.True(share <= 1, $"{entry.Lowered.Network.InputShape} {plan.Width}: {share} of the bound.");
                }
            }
        }

        foreach (VectorWidth width in Simd.Widths)
        {
            Assert.Contains(set.Entries, entry => entry.Lowered.Plans.Any(plan => plan.Width == width && plan.Kernels[0].Width == width));
        }
    }

    [Fact]
    public void Batches_of_any_number_keep_within_the_bounds()
    {
        var random = new SeededRandom(3);
        foreach (CompiledSet.Entry entry in code.Entries)
        {
            (int inputLength, int outputLength) = (entry.Lowered.Header.InputLength, entry.Lowered.Header.OutputLength);
            var bound = new RoundingBound(entry.Lowered.Network);
            foreach (int count in (int[])[1, 17, 70])
            {
                float[] inputs = RandomNetworks.Input(random, count * inputLength), outputs = new float[count * outputLength];
                entry.PredictBatch(inputs, outputs);
                for (int i = 0; i < count; i++)
                {
                    double share = bound.For(inputs.AsSpan(i * inputLength, inputLength))
                        .BoundShare(outputs.AsSpan(i * outputLength, outputLength));
                    Assert.True(share <= 1, $"{entry.Name}, sample {i} of {count}: {share} of the bound.");
                }
            }
        }
    }

    [Fact]
    public void What_the_workspace_holds_before_does_not_matter()
    {
        var random = new SeededRandom(4);
        foreach (CompiledSet.Entry entry in code.Entries)
        {
            float[] input = RandomNetworks.Input(random, entry.Lowered.Header.InputLength);
            foreach (WidthPlan plan in PlanMethods.Runnable(entry.Lowered))
            {
                float[] expected = Run(entry, plan, input),
                    actual = new float[expected.Length], workspace = new float[entry.Lowered.Header.WorkspaceLength];
                workspace.AsSpan().Fill(float.NaN);
                PlanMethods.Of<PlanMethods.PredictInWorkspaceMethod>(entry.Type, plan)(input, actual, workspace);
                RandomNetworks.AssertSameBits(expected, actual, $"{entry.Name} {plan.Width}");
            }
        }
    }

    [Fact]
    public void No_prediction_allocates()
    {
        var random = new SeededRandom(5);
        foreach (CompiledSet.Entry entry in code.Entries)
        {
            const int Batch = 20;
            float[] inputs = RandomNetworks.Input(random, Batch * entry.Lowered.Header.InputLength);
            float[] outputs = new float[Batch * entry.Lowered.Header.OutputLength];
            Allocation.AssertNoneAfterFirst(() =>
            {
                entry.PredictBatch(inputs, outputs);
                entry.Predict(inputs.AsSpan(0, entry.Lowered.Header.InputLength), outputs.AsSpan(0, entry.Lowered.Header.OutputLength));
            });
        }
    }

    private static float[] Run(CompiledSet.Entry entry, WidthPlan plan, float[] input)
    {
        var output = new float[entry.Lowered.Header.OutputLength];
        PlanMethods.Of<PlanMethods.PredictMethod>(entry.Type, plan)(input, output);
        return output;
    }

    private static Network MeanOfImages(string name, Shape image)
    {
        var window = new Window(image.Height, image.Width) { StrideY = image.Height, StrideX = image.Width };
        var mean = new PoolingLayer("mean", image, PoolingKind.Average, window, false, false, Activation.Identity);
        return new Network(name, image, new EquatableArray<Layer>([mean]), default);
    }

    private static float[] Mixed(SeededRandom random, int length, float extreme)
    {
        float[] input = RandomNetworks.Input(random, length);
        for (int i = 0; i < length; i++)
        {
            if (random.Next(6) == 0) input[i] = extreme;
        }

        return input;
    }

    /// <summary>Random graphs, compiled for all widths.</summary>
    public sealed class Code
    {
        private readonly CompiledSet _set;

        public Code()
        {
            var random = new SeededRandom(6);
            _set = new CompiledSet(Enumerable.Range(0, VectorNetworks).Select(
                i => (RandomGraphs.Next(random, $"N{i}"), new LoweringOptions { Kernel = s_kernels[i % s_kernels.Length] })));
        }

        internal IReadOnlyList<CompiledSet.Entry> Entries => _set.Entries;
    }
}
