using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Tests.Shared;

namespace Espalier.Tests.Inference;

[Trait("Category", "Width")]
public sealed class CompiledNetworkTests : IDisposable
{
    private static readonly CompileOptions s_scalar = new() { Lowering = new LoweringOptions { Widths = VectorWidth.Scalar } };

    private readonly Network _network = RandomNetworks.WithSamples(
        Enumerable.Range(1, 100).Select(seed => RandomNetworks.Classifier((ulong)seed, 0.3, 12, 20, 5))
            .First(network => LoweringPipeline.Run(network).FoldedUnits == 0),
        new SeededRandom(2),
        4);

    private readonly CompiledNetwork _compiled;

    public CompiledNetworkTests() => _compiled = CompiledNetwork.Compile(_network);

    public void Dispose() => _compiled.Dispose();

    /// <summary>Of the workspace: the two largest buffers after each other, in whole registers, from a boundary on.</summary>
    [Fact]
    public void The_sizes_are_those_of_the_network() =>
        Assert.Equal((12, 5, 16 + 32 + 15), (_compiled.InputLength, _compiled.OutputLength, _compiled.WorkspaceLength));

    [Fact]
    public void All_forms_of_prediction_agree()
    {
        var random = new SeededRandom(3);
        const int Count = 7;
        float[] inputs = RandomNetworks.Input(random, Count * 12), outputs = new float[Count * 5], output = new float[5],
            workspace = new float[70];
        var bound = new RoundingBound(_compiled.Lowered.Network);
        _compiled.PredictBatch(inputs, outputs);
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<float> input = inputs.AsSpan(i * 12, 12);
            _compiled.Predict(input, output);
            Assert.InRange(bound.For(input).BoundShare(outputs.AsSpan(i * 5, 5)), 0, 1);
            Assert.InRange(bound.For(input).BoundShare(output), 0, 1);
            Assert.Equal(Array.IndexOf(output, output.Max()), _compiled.Classify(input));
            Array.Fill(workspace, float.NaN);
            var inWorkspace = new float[5];
            _compiled.Predict(input, inWorkspace, workspace);
            RandomNetworks.AssertSameBits(output, inWorkspace, $"row {i} in a workspace");
        }
    }

    [Fact]
    public void A_batch_of_nothing_is_fine() => _compiled.PredictBatch([], []);

    [Theory]
    [InlineData(11, 5)]
    [InlineData(13, 5)]
    [InlineData(12, 4)]
    [InlineData(0, 0)]
    public void Wrong_lengths_are_named(int input, int output)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => _compiled.Predict(new float[input], new float[output]));
        Assert.Equal($"The input has {input} values and the output {output}; 12 and 5 are needed.", error.Message);
        Assert.Throws<ArgumentException>(() => _compiled.Predict(new float[input], new float[output], new float[63]));
    }

    [Theory]
    [InlineData(25, 10)]
    [InlineData(24, 5)]
    public void Wrong_batches_are_named(int inputs, int outputs)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => _compiled.PredictBatch(new float[inputs], new float[outputs]));
        Assert.Equal($"The inputs have {inputs} values and the outputs {outputs}; a sample has 12 and 5.", error.Message);
    }

    [Fact]
    public void A_short_workspace_and_a_wrong_input_to_classify_are_named()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => _compiled.Predict(new float[12], new float[5], new float[62]));
        Assert.StartsWith("The workspace has 62 floats; 63 are needed.", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => _compiled.Classify(new float[3]));
        Assert.Equal("The input has 3 values and the output 5; 12 and 5 are needed.", error.Message);
    }

    [Fact]
    public void Buffers_that_overlap_are_refused()
    {
        var memory = new float[120];
        Assert.Throws<ArgumentException>(() => _compiled.Predict(memory.AsSpan(0, 12), memory.AsSpan(11, 5)));
        Assert.Throws<ArgumentException>(() => _compiled.PredictBatch(memory.AsSpan(0, 24), memory.AsSpan(20, 10)));
        Assert.Throws<ArgumentException>(() => _compiled.Predict(memory.AsSpan(0, 12), memory.AsSpan(12, 5), memory.AsSpan(16, 63)));
        Assert.Throws<ArgumentException>(() => _compiled.Predict(memory.AsSpan(63, 12), memory.AsSpan(90, 5), memory.AsSpan(1, 63)));
        _compiled.Predict(memory.AsSpan(0, 12), memory.AsSpan(12, 5), memory.AsSpan(17, 63));
    }

    [Fact]
    public void Verification_passes_with_no_error_when_nothing_was_folded_and_the_code_is_scalar()
    {
        using var compiled = CompiledNetwork.Compile(_network, s_scalar);
        Assert.Equal(0, compiled.Lowered.FoldedUnits);
        Assert.True(compiled.Verify(out float largestError));
        Assert.Equal(0f, largestError);
    }

    [Fact]
    public void Verification_passes_with_an_error_of_rounding_when_the_code_is_for_vectors()
    {
        Assert.True(_compiled.Verify(out float largestError));
        var bound = new RoundingBound(_network);
        double largestBound = _network.Samples.Max(sample => bound.For(sample.ToDenseInput(12)).Bounds.ToArray().Max());
        Assert.InRange(largestError, 0f, largestBound);
    }

    [Fact]
    public void Verification_passes_with_an_error_of_rounding_when_constants_were_folded()
    {
        Network network = RandomNetworks.WithSamples(
            Enumerable.Range(1, 100).Select(seed => RandomNetworks.Classifier((ulong)seed, 0.5, 12, 20, 5))
                .First(network => LoweringPipeline.Run(network).FoldedUnits > 2),
            new SeededRandom(2),
            20);
        using var compiled = CompiledNetwork.Compile(network);
        Assert.True(compiled.Verify(out float largestError));
        Assert.InRange(largestError, 0f, 1e-6f);
    }

    [Fact]
    public void Verification_notices_a_changed_weight()
    {
        var layer = (DenseLayer)_network.Layers[1];
        float[] dense = layer.Weights.ToDense();

        // The weight of output 0 at the hidden unit that is most active for the first sample, so that the change shows.
        Network firstLayer = _network with { Layers = new EquatableArray<Layer>([_network.Layers[0]]), Samples = default };
        float[] hidden = RandomNetworks.Interpret(firstLayer, _network.Samples[0].ToDenseInput(12));
        dense[Array.IndexOf(hidden, hidden.Max())] += 0.5f;
        DenseLayer changed = layer with { Weights = SparseMatrix.FromDense(5, 20, dense) };
        using var compiled = CompiledNetwork.Compile(_network with { Layers = new EquatableArray<Layer>([_network.Layers[0], changed]) });
        Assert.False(compiled.Verify(out float largestError));
        Assert.InRange(largestError, 1e-4f, 1f);
    }

    [Fact]
    public void Verification_notices_a_nan_that_should_not_be()
    {
        var nan = Sample.FromDense([.. Enumerable.Repeat(float.NaN, 12)], [0.2f, 0.2f, 0.2f, 0.2f, 0.2f]);
        using var compiled = CompiledNetwork.Compile(_network with { Samples = new EquatableArray<Sample>([nan]) });
        Assert.False(compiled.Verify(out float largestError));
        Assert.Equal(float.PositiveInfinity, largestError);
    }

    [Fact]
    public void Verification_without_samples_has_nothing_to_refuse()
    {
        using var compiled = CompiledNetwork.Compile(_network with { Samples = default });
        Assert.True(compiled.Verify(out float largestError));
        Assert.Equal(0f, largestError);
    }

    [Fact]
    public void In_scalar_code_nan_spreads_to_what_depends_on_it_and_no_further()
    {
        using CompiledNetwork compiled = CompileRows([[1, 0], [0, 1], [0, 0]], [0, 0, 5], Activation.Relu, s_scalar);
        var output = new float[3];
        compiled.Predict([float.NaN, 2], output);
        Assert.Equal([float.NaN, 2f, 5f], output);
        compiled.Predict([float.NegativeInfinity, float.PositiveInfinity], output);
        Assert.Equal([0f, float.PositiveInfinity, 5f], output);
    }

    [Theory]
    [InlineData(ActivationKind.Identity, 0.51f, 1)]
    [InlineData(ActivationKind.Identity, 0.5f, 0)]
    [InlineData(ActivationKind.Sigmoid, 0.01f, 1)]
    [InlineData(ActivationKind.Sigmoid, -0.01f, 0)]
    [InlineData(ActivationKind.Tanh, 0.01f, 1)]
    [InlineData(ActivationKind.Tanh, -0.01f, 0)]
    [InlineData(ActivationKind.Tanh, float.NaN, -1)]
    public void A_single_output_is_cut_in_the_middle_between_its_targets(ActivationKind kind, float sum, int expected)
    {
        var layer = new DenseLayer("one", SparseMatrix.FromDense(1, 1, [1f]), new FloatVector([0f]), new Activation(kind));
        var network = new Network("Binary", Shape.Flat(1), new EquatableArray<Layer>([layer]), default);
        using CompiledNetwork compiled = CompiledNetwork.Compile(network);

        Assert.Equal(expected, compiled.Classify([sum]));
        Assert.Equal(expected, new ReferenceInterpreter(network).Classify([sum]));
    }

    [Theory]
    [InlineData(new[] { 1f, 3f, 3f }, 1)]
    [InlineData(new[] { -3f, -2f, -5f }, 1)]
    [InlineData(new[] { float.NaN, -1f, float.NaN }, 1)]
    [InlineData(new[] { 5f, float.NaN, 7f }, 2)]
    [InlineData(new[] { float.NegativeInfinity, float.NaN, float.NegativeInfinity }, 0)]
    [InlineData(new[] { float.NaN, float.NaN, float.NaN }, -1)]
    public void Classify_takes_the_first_of_the_largest_and_skips_nan(float[] values, int expected)
    {
        using CompiledNetwork compiled = CompileRows([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 0, 0], Activation.Identity, s_scalar);
        Assert.Equal(expected, compiled.Classify(values));
    }

    [Fact]
    public void Calls_after_disposal_are_refused()
    {
        var compiled = CompiledNetwork.Compile(_network);
        compiled.Dispose();
        compiled.Dispose();
        Assert.Throws<ObjectDisposedException>(() => compiled.Predict(new float[12], new float[5]));
        Assert.Throws<ObjectDisposedException>(() => compiled.Predict(new float[12], new float[5], new float[20]));
        Assert.Throws<ObjectDisposedException>(() => compiled.Classify(new float[12]));
        Assert.Throws<ObjectDisposedException>(() => compiled.PredictBatch([], []));
        Assert.Throws<ObjectDisposedException>(() => compiled.Verify(out _));
    }

    [Fact]
    public void The_assembly_is_unloaded_after_disposal()
    {
        WeakReference type = CompileAndForget(_network);
        for (int i = 0; i < 20 && type.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(type.IsAlive);
    }

    [Fact]
    public void Generated_code_that_does_not_compile_is_shown_with_numbered_lines()
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => InMemoryCompiler.Compile(
                "broken", [new EmittedFile("A.g.cs", "class A\n{\n    int B() => nothing;\n}\n")], CancellationToken.None));
        Assert.Contains("error CS0103", error.Message, StringComparison.Ordinal);
        Assert.Contains("     3     int B() => nothing;", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(KernelKind.Unrolled)]
    [InlineData(KernelKind.Table)]
    [InlineData(KernelKind.Permute)]
    [InlineData(KernelKind.Block)]
    [InlineData(KernelKind.Dense)]
    public void No_call_allocates(KernelKind? kernel) =>
        AssertNoAllocation(RandomNetworks.Classifier(5, 0.05, 200, 100, 10), new LoweringOptions { Kernel = kernel });

    [Fact]
    public void No_call_allocates_when_the_scratch_is_too_large_for_the_stack_but_for_the_threads_first() =>
        AssertNoAllocation(RandomNetworks.Classifier(6, 0.001, 50, 9000, 10), LoweringOptions.Default);

    [Theory]
    [InlineData(100)]
    [InlineData(9000)]
    public void Many_threads_may_predict_at_once(int hidden)
    {
        Network network = RandomNetworks.Classifier(7, 0.02, 50, hidden, 10);
        using var compiled = CompiledNetwork.Compile(network);
        float[][] inputs = [.. Enumerable.Range(0, 64).Select(i => RandomNetworks.Input(new SeededRandom((ulong)i), 50))];
        float[][] expected = [.. inputs.Select(input => PredictAlone(compiled, input))];
        var bound = new RoundingBound(compiled.Lowered.Network);
        Assert.All(inputs.Zip(expected), pair => Assert.InRange(bound.For(pair.First).BoundShare(pair.Second), 0, 1));
        Parallel.For(0, 20 * inputs.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var output = new float[10];
            compiled.Predict(inputs[i % inputs.Length], output);
            RandomNetworks.AssertSameBits(expected[i % inputs.Length], output, $"input {i % inputs.Length}");
        });
    }

    private static float[] PredictAlone(CompiledNetwork compiled, float[] input)
    {
        var output = new float[compiled.OutputLength];
        compiled.Predict(input, output);
        return output;
    }

    private static void AssertNoAllocation(Network network, LoweringOptions options)
    {
        using var compiled = CompiledNetwork.Compile(network, new CompileOptions { Lowering = options });
        float[] inputs = RandomNetworks.Input(new SeededRandom(1), 8 * compiled.InputLength),
            outputs = new float[8 * compiled.OutputLength];
        var workspace = new float[compiled.WorkspaceLength];
        Allocation.AssertNoneAfterFirst(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                ReadOnlySpan<float> input = inputs.AsSpan(0, compiled.InputLength);
                Span<float> output = outputs.AsSpan(0, compiled.OutputLength);
                compiled.Predict(input, output);
                compiled.Predict(input, output, workspace);
                compiled.Classify(input);
                compiled.PredictBatch(inputs, outputs);
            }
        });
    }

    private static CompiledNetwork CompileRows(float[][] rows, float[] biases, Activation activation, CompileOptions? options = null)
    {
        int columns = rows[0].Length;
        var layer = new DenseLayer(
            "l", SparseMatrix.FromDense(rows.Length, columns, [.. rows.SelectMany(row => row)]), new FloatVector(biases), activation);
        return CompiledNetwork.Compile(new Network("n", Shape.Flat(columns), new EquatableArray<Layer>([layer]), default), options);
    }

    private static WeakReference CompileAndForget(Network network)
    {
        using var compiled = CompiledNetwork.Compile(network);
        compiled.Classify(new float[compiled.InputLength]);
        return new WeakReference(compiled.GeneratedType);
    }
}
