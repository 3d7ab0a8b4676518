using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Tests.Shared;

namespace Espalier.Tests.Inference;

/// <summary>
/// Vector code, each kernel at each width that the processor has, against the interpreter: within <see cref="RoundingBound"/>, because
/// it sums in an order of its own and fuses. A sum of -0 is +0 in vector code, and Relu, which makes +0 of it in scalar code, leaves
/// the sign of a zero as it is.
/// </summary>
[Trait("Category", "Width")]
public sealed class VectorKernelTests(VectorKernelTests.Code code) : IClassFixture<VectorKernelTests.Code>
{
    private static readonly KernelKind?[] s_kernels = [null, KernelKind.Permute, KernelKind.Block, KernelKind.Dense];

    private static readonly VectorWidth[] s_widths = [.. Enum.GetValues<VectorWidth>().Where(PlanMethods.CanRun)];

    [Fact]
    public void Each_kernel_is_seen_at_each_width()
    {
        foreach (VectorWidth width in s_widths.Where(width => width != VectorWidth.Scalar))
        {
            foreach (KernelKind kernel in s_kernels.OfType<KernelKind>())
            {
                if (kernel == KernelKind.Permute && width == VectorWidth.Vector128) continue;
                Assert.Contains(code.Entries, entry => entry.Lowered.Plans.Any(
                    plan => plan.Width == width && plan.Kernels.Any(choice => (choice.Kernel, choice.Width) == (kernel, width))));
            }

            // Free choice comes to vectors too, and to plans in which scalar layers stand between them.
            Assert.Contains(code.Entries, entry =>
                entry.Lowered.Options.Kernel is null && entry.Lowered.Plans.Any(plan => plan.Width == width));
        }

        Assert.Contains(code.Entries, entry => entry.Lowered.Plans.Any(
            plan => plan.Kernels.Select(choice => choice.Width == VectorWidth.Scalar).Distinct().Count() == 2));
    }

    [Fact]
    public void Random_networks_keep_within_their_bounds_and_the_scalar_plan_to_the_bit()
    {
        var random = new SeededRandom(11);
        double largest = 0;
        foreach (CompiledSet.Entry entry in code.Entries)
        {
            float[][] inputs = [.. Enumerable.Range(0, 6).Select(_ => RandomNetworks.Input(random, entry.Lowered.Header.InputLength))];
            largest = Math.Max(largest, LargestShare(entry, inputs));
        }

        // A bound that nothing comes near would hide faults.
        Assert.InRange(largest, s_widths.Length == 1 ? 0 : 0.01, 1);
    }

    [Fact]
    public void Extreme_inputs_keep_within_their_bounds()
    {
        var random = new SeededRandom(12);
        foreach (CompiledSet.Entry entry in code.Entries)
        {
            int length = entry.Lowered.Header.InputLength;
            float[][] inputs =
            [
                .. ((float[])[0, -0f, 1e-45f, -1e-40f, 1e30f, float.MaxValue, float.NegativeInfinity, float.NaN]).Select(
                    x => Filled(length, x)),
                .. ((float[])[1e-42f, 1e15f, float.MaxValue, float.PositiveInfinity, float.NaN]).Select(
                    x => Mixed(RandomNetworks.Input(random, length), x, random)),
            ];
            LargestShare(entry, inputs);
        }
    }

    /// <summary>Beside what the bounds say: it is not the case that everything is NaN.</summary>
    [Fact]
    public void A_nan_reaches_every_output_that_depends_on_it_and_not_all_others()
    {
        int dependent = 0, spared = 0;
        foreach (CompiledSet.Entry entry in code.Entries.Where(entry => entry.Given.Layers.Length == 1))
        {
            var layer = (DenseLayer)entry.Lowered.Network.Layers[0];
            if (!layer.Activation.IsElementwise) continue;
            float[] input = Filled(layer.Weights.Columns, 0.25f), output = new float[layer.Weights.Rows];
            int nan = layer.Weights.Columns / 2;
            input[nan] = float.NaN;
            foreach (WidthPlan plan in VectorPlans(entry))
            {
                PlanMethods.Of<PlanMethods.PredictMethod>(entry.Type, plan)(input, output);
                for (int row = 0; row < output.Length; row++)
                {
                    bool depends = Enumerable.Range(layer.Weights.RowStart(row), layer.Weights.RowCount(row))
                        .Any(i => layer.Weights.ColumnIndex(i) == nan);
                    if (depends) Assert.True(float.IsNaN(output[row]), $"{entry.Name} {plan.Width}: output {row} is {output[row]}.");
                    if (depends) dependent++;
                    else if (!float.IsNaN(output[row])) spared++;
                }
            }
        }

        if (s_widths.Length == 1) return;
        Assert.True(dependent > 100, $"{dependent} outputs depend on the NaN.");
        Assert.True(spared > 100, $"{spared} others were spared.");
    }

    [Fact]
    public void The_widest_plan_that_the_processor_has_is_the_one_that_runs()
    {
        var random = new SeededRandom(13);
        foreach (CompiledSet.Entry entry in code.Entries)
        {
            float[] input = RandomNetworks.Input(random, entry.Lowered.Header.InputLength);
            WidthPlan plan = PlanMethods.Runnable(entry.Lowered).Last();
            float[] expected = Run(PlanMethods.Of<PlanMethods.PredictMethod>(entry.Type, plan), entry, input);
            RandomNetworks.AssertSameBits(expected, Run(entry.Predict, entry, input), entry.Name);
        }
    }

    [Fact]
    public void Narrower_code_can_be_asked_for_on_a_wide_machine()
    {
        Network network = RandomNetworks.Classifier(21, 0.3, 100, 64, 40);
        float[] input = RandomNetworks.Input(new SeededRandom(1), 100);
        BoundedOutputs expected = new RoundingBound(LoweringPipeline.Run(network).Network).For(input);
        using CompiledNetwork all = CompiledNetwork.Compile(network, Options(KernelKind.Dense));
        foreach (VectorWidth width in s_widths)
        {
            using CompiledNetwork compiled = CompiledNetwork.Compile(network, Options(KernelKind.Dense, width));
            float[] actual = new float[40], inAll = new float[40];
            compiled.Predict(input, actual);
            all.Predict(width, input, inAll);
            Assert.Equal(width, compiled.Lowered.Widest.Width);
            Assert.InRange(expected.BoundShare(actual), 0, 1);
            RandomNetworks.AssertSameBits(inAll, actual, $"{width}");
        }
    }

    [Fact]
    public void Content_and_alignment_of_the_callers_memory_do_not_matter()
    {
        var random = new SeededRandom(14);
        var memory = new float[3000];
        foreach (CompiledSet.Entry entry in code.Entries)
        {
            NetworkHeader header = entry.Lowered.Header;
            float[] input = RandomNetworks.Input(random, header.InputLength), expected = Run(entry.Predict, entry, input);
            for (int shift = 0; shift < 16; shift += 5)
            {
                foreach (float content in (float[])[float.NaN, float.NegativeInfinity])
                {
                    Array.Fill(memory, content);
                    Span<float> aligned = memory.AsSpan(shift);
                    Span<float> x = aligned[..header.InputLength], y = aligned.Slice(x.Length + 1, header.OutputLength);
                    Span<float> workspace = aligned.Slice(x.Length + y.Length + 2, header.WorkspaceLength);
                    input.CopyTo(x);
                    entry.PredictInWorkspace(x, y, workspace);
                    RandomNetworks.AssertSameBits(expected, y, $"{entry.Name}, shifted by {shift}");
                    RandomNetworks.AssertSameBits(input, x, $"{entry.Name}, its input");
                    int end = shift + x.Length + y.Length + 2 + workspace.Length;
                    Assert.False(memory.AsSpan(0, shift).ContainsAnyExcept(content), "before the input");
                    Assert.False(memory.AsSpan(shift + x.Length, 1).ContainsAnyExcept(content), "between input and output");
                    Assert.False(
                        memory.AsSpan(shift + x.Length + 1 + y.Length, 1).ContainsAnyExcept(content), "between output and workspace");
                    Assert.False(memory.AsSpan(end).ContainsAnyExcept(content), "behind the workspace");
                }
            }
        }
    }

    [Fact]
    public void Buffers_that_overlap_are_refused()
    {
        var memory = new float[3000];
        foreach (CompiledSet.Entry entry in code.Entries.Take(20))
        {
            NetworkHeader header = entry.Lowered.Header;
            (int inputs, int outputs, int work) = (header.InputLength, header.OutputLength, header.WorkspaceLength);
            Assert.Throws<ArgumentException>(() => entry.Predict(memory.AsSpan(0, inputs), memory.AsSpan(inputs - 1, outputs)));
            Assert.Throws<ArgumentException>(() => entry.PredictInWorkspace(
                memory.AsSpan(0, inputs), memory.AsSpan(inputs, outputs), memory.AsSpan(inputs + outputs - 1, work)));
            Assert.Throws<ArgumentException>(() => entry.PredictInWorkspace(
                memory.AsSpan(work - 1, inputs), memory.AsSpan(work + inputs, outputs), memory.AsSpan(0, work)));
        }
    }

    [Fact]
    public void No_call_after_the_first_allocates()
    {
        foreach (CompiledSet.Entry entry in code.Entries)
        {
            float[] input = RandomNetworks.Input(new SeededRandom(1), entry.Lowered.Header.InputLength);
            float[] output = new float[entry.Lowered.Header.OutputLength], workspace = new float[entry.Lowered.Header.WorkspaceLength];
            PlanMethods.PredictMethod[] plans =
                [.. PlanMethods.Runnable(entry.Lowered).Select(plan => PlanMethods.Of<PlanMethods.PredictMethod>(entry.Type, plan))];
            Allocation.AssertNoneAfterFirst(() =>
            {
                foreach (PlanMethods.PredictMethod plan in plans) plan(input, output);
                entry.Predict(input, output);
                entry.PredictInWorkspace(input, output, workspace);
            });
        }
    }

    [Fact]
    public void Many_threads_that_make_the_first_call_together_all_get_the_same_bits()
    {
        Network network = RandomNetworks.Classifier(22, 0.2, 300, 80, 30);
        var set = new CompiledSet(s_kernels.Select(kernel => (network, Options(kernel).Lowering)));
        float[] input = RandomNetworks.Input(new SeededRandom(1), 300);
        foreach (CompiledSet.Entry entry in set.Entries)
        {
            var outputs = new float[8][];
            using var start = new Barrier(outputs.Length);
            Thread[] threads = [.. outputs.Select((_, i) => new Thread(() =>
            {
                start.SignalAndWait();
                for (int call = 0; call < 50; call++) outputs[i] = Run(entry.Predict, entry, input);
            }))];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
            Assert.All(outputs, output => RandomNetworks.AssertSameBits(outputs[0], output, entry.Name));
            Assert.InRange(new RoundingBound(entry.Lowered.Network).For(input).BoundShare(outputs[0]), 0, 1);
        }
    }

    [Theory]
    [InlineData(KernelKind.Block)]
    [InlineData(KernelKind.Dense)]
    [InlineData(KernelKind.Permute)]
    public void More_than_65536_columns_work(KernelKind kernel)
    {
        var matrix = new SparseMatrix(2, 70_000, [0, 5, 6], [0, 1, 65_535, 65_536, 69_999, 3], [1, 2, 3, 4, 5, 6]);
        var network = new Network("wide", Shape.Flat(70_000), new EquatableArray<Layer>(
            [new DenseLayer("l", matrix, new FloatVector([0.5f, -1]), Activation.Tanh)]), default);
        float[] input = RandomNetworks.Input(new SeededRandom(1), 70_000);
        using CompiledNetwork compiled = CompiledNetwork.Compile(network, Options(kernel));
        BoundedOutputs expected = new RoundingBound(compiled.Lowered.Network).For(input);
        foreach (WidthPlan plan in PlanMethods.Runnable(compiled.Lowered))
        {
            var actual = new float[2];
            compiled.Predict(plan.Width, input, actual);
            Assert.InRange(expected.BoundShare(actual), 0, 1);
        }

        // The permute kernel counts inputs in 16 bits and stays away.
        Assert.Equal(kernel != KernelKind.Permute, compiled.Lowered.Plans.Any(plan => plan.Kernels[0].Kernel == kernel));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(37)]
    public void Softmax_of_hard_sums_is_that_of_the_interpreter(int units)
    {
        // A unit reads one input, so the sums are the inputs.
        var matrix = new SparseMatrix(
            units, units, [.. Enumerable.Range(0, units + 1)], [.. Enumerable.Range(0, units)], [.. Enumerable.Repeat(1f, units)]);
        var layer = new DenseLayer("l", matrix, new FloatVector(new float[units]), Activation.Softmax);
        var network = new Network("n", Shape.Flat(units), new EquatableArray<Layer>([layer]), default);
        var random = new SeededRandom(15);
        var set = new CompiledSet(s_kernels.Select(kernel => (network, Options(kernel).Lowering)));
        float[][] inputs =
        [
            .. ((float[])[0, -1e38f, 1e38f, float.NegativeInfinity, float.PositiveInfinity]).Select(x => Filled(units, x)),
            .. ((float[])[-104, -88, 50, 1e4f, 1e38f, float.NaN, float.NegativeInfinity]).Select(
                x => Mixed(RandomNetworks.Input(random, units), x, random)),
        ];
        foreach (CompiledSet.Entry entry in set.Entries)
        {
            LargestShare(entry, inputs);
            foreach (float[] input in inputs.Where(input => Array.TrueForAll(input, float.IsFinite)))
            {
                float[] output = Run(entry.Predict, entry, input);
                Assert.InRange(output.Sum(), 1 - 1e-5f, 1 + 1e-5f);
            }
        }
    }

    /// <summary>Fails where a plan is not as exact as it must be; gives the largest share that a plan takes of its bound.</summary>
    private static double LargestShare(CompiledSet.Entry entry, float[][] inputs)
    {
        double largest = 0;
        var bound = new RoundingBound(entry.Lowered.Network);
        foreach (float[] input in inputs)
        {
            BoundedOutputs expected = bound.For(input);
            foreach (WidthPlan plan in PlanMethods.Runnable(entry.Lowered))
            {
                float[] actual = Run(PlanMethods.Of<PlanMethods.PredictMethod>(entry.Type, plan), entry, input);
                bool isExact = plan.Kernels.All(choice => choice.Width == VectorWidth.Scalar);
                if (isExact) RandomNetworks.AssertSameBits(expected.Values, actual, $"{entry.Name} {plan.Width}");
                double share = expected.BoundShare(actual);
                largest = Math.Max(largest, share);
                if (share <= 1) continue;
                string kernels = string.Join(", ", plan.Kernels.Select((choice, i) => $"{choice.Name} of {plan.Stages[i].Layer.Name}"));
                Assert.Fail($"{entry.Name} ({kernels}): {share} of the bound for [{string.Join(", ", input.Take(8))}...]:\n"
                    + $"[{string.Join(", ", actual)}]\nexpected [{string.Join(", ", expected.Values.ToArray())}]");
            }
        }

        return largest;
    }

    private static IEnumerable<WidthPlan> VectorPlans(CompiledSet.Entry entry) =>
        PlanMethods.Runnable(entry.Lowered).Where(plan => plan.Width != VectorWidth.Scalar);

    private static float[] Run(PlanMethods.PredictMethod predict, CompiledSet.Entry entry, float[] input)
    {
        var output = new float[entry.Lowered.Header.OutputLength];
        predict(input, output);
        return output;
    }

    // Without a budget for straight-line code layers that are to be scalar loop over tables, which compile faster.
    private static CompileOptions Options(KernelKind? kernel, VectorWidth? widths = null, int codeBudget = 0) => new()
    {
        Lowering = new LoweringOptions { Kernel = kernel, Widths = widths ?? LoweringOptions.Default.Widths, CodeBudget = codeBudget },
    };

    private static float[] Filled(int length, float value) => [.. Enumerable.Repeat(value, length)];

    private static float[] Mixed(float[] input, float extreme, SeededRandom random)
    {
        for (int i = 0; i < input.Length; i++)
        {
            if (random.Next(5) == 0) input[i] = random.Next(2) == 0 ? extreme : -extreme;
        }

        return input;
    }

    /// <summary>Networks that all tests share.</summary>
    public sealed class Code
    {
        private readonly CompiledSet _set;

        public Code()
        {
            var random = new SeededRandom(10);
            var networks = new List<(Network, LoweringOptions)>();
            foreach (KernelKind? kernel in s_kernels)
            {
                // Every count of units and of inputs from 1 to 70, on both sides of every number of lanes.
                for (int n = 1; n <= 70; n++)
                {
                    Network network = RandomNetworks.Classifier((ulong)n, 0.3, n, 71 - n);
                    Activation activation = n % 2 == 0 ? Activation.Softmax : Activation.Relu;
                    var layer = (DenseLayer)network.Layers[0] with { Activation = activation };
                    networks.Add((network with { Layers = new EquatableArray<Layer>([layer]) }, Options(kernel).Lowering));
                }

                // Left to the estimates with a budget for straight-line code, small ones become one method.
                int budget = kernel is null ? LoweringOptions.Default.CodeBudget : 0;
                for (int i = 0; i < 25; i++)
                {
                    networks.Add((RandomNetworks.Next(random, "random"), Options(kernel, codeBudget: budget).Lowering));
                }

                networks.Add((RandomNetworks.Classifier(1, 0.08, 784, 100, 30, 10), Options(kernel, codeBudget: 1500).Lowering));
            }

            _set = new CompiledSet(networks);
        }

        internal IReadOnlyList<CompiledSet.Entry> Entries => _set.Entries;
    }
}
