using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Inference;

namespace Espalier.Tests.Inference;

[Trait("Category", "Width")]
public sealed class NetworkVerifierTests
{
    private static readonly Network s_network =
        RandomNetworks.WithSamples(RandomNetworks.Classifier(31, 0.2, 100, 80, 20), new SeededRandom(1), 3);

    [Theory]
    [InlineData(null)]
    [InlineData(KernelKind.Permute)]
    [InlineData(KernelKind.Block)]
    [InlineData(KernelKind.Dense)]
    public void Each_width_that_the_processor_has_is_named_and_holds(KernelKind? kernel)
    {
        using CompiledNetwork compiled = CompiledNetwork.Compile(
            s_network, new CompileOptions { Lowering = new LoweringOptions { Kernel = kernel } });
        VerificationResult result = NetworkVerifier.Verify(s_network, compiled, randomInputs: 20);

        string[] expected = [.. PlanMethods.Runnable(compiled.Lowered).Select(plan => plan.Width.ToString().ToLowerInvariant())];
        Assert.Equal("scalar", expected[0]);
        Assert.Equal(expected, result.Widths.Select(width => width.Name));
        Assert.True(result.Passed);
        Assert.True(result.Widths[0].Deviation.BitEqual);
        Assert.All(result.Widths.Skip(1), width => Assert.InRange(width.BoundShare, double.Epsilon, 1));
        Assert.Equal((3, true), (result.SampleCount, result.SamplesHold));
    }

    [Fact]
    public void Code_of_another_network_does_not_pass()
    {
        var layer = (DenseLayer)s_network.Layers[1];
        float[] dense = layer.Weights.ToDense();
        for (int i = 0; i < dense.Length; i++) dense[i] *= 1.01f;
        DenseLayer changed = layer with { Weights = SparseMatrix.FromDense(20, 80, dense) };
        using CompiledNetwork compiled = CompiledNetwork.Compile(
            s_network with { Layers = new EquatableArray<Layer>([s_network.Layers[0], changed]) });
        VerificationResult result = NetworkVerifier.Verify(s_network, compiled, randomInputs: 20);
        Assert.False(result.Passed);
        Assert.True(result.FromGiven.MaxRel > NetworkVerifier.Tolerance);
    }

    [Fact]
    public void Every_layer_before_the_output_is_held_to_the_interpreter_whatever_its_order_and_its_scratch_memory()
    {
        for (ulong seed = 1; seed <= 12; seed++)
        {
            Network network = RandomGraphs.Next(new SeededRandom(seed), "graph");
            using CompiledNetwork compiled = CompiledNetwork.Compile(network);
            VerificationResult result = NetworkVerifier.Verify(network, compiled, randomInputs: 4);
            WidthPlan[] plans = [.. PlanMethods.Runnable(compiled.Lowered)];
            for (int i = 0; i < plans.Length; i++)
            {
                Assert.Equal(plans[i].IsFused ? 0 : plans[i].Stages.Length - 1, result.Widths[i].Layers.Count);
                Assert.All(
                    result.Widths[i].Layers,
                    layer => Assert.True(layer.Holds, $"seed {seed}, {result.Widths[i].Name}, {layer.Name}: {layer}"));
            }

            Assert.All(result.Widths[0].Layers, layer => Assert.True(layer.Deviation.BitEqual));
        }
    }

    [Fact]
    public void A_layer_that_is_wrong_is_named_even_where_the_output_does_not_show_it()
    {
        CodeVerification right = CodeVerification.None("fc1"), output = CodeVerification.None("vector512");
        CodeVerification wrong = right with { BoundShare = 1.5 };
        Assert.True((output with { Layers = [right] }).Holds);
        Assert.False((output with { Layers = [right, wrong] }).Holds);

        using CompiledNetwork compiled = CompiledNetwork.Compile(s_network);
        WidthPlan plan = compiled.Lowered.Plans[^1];
        LoweredNetwork apart = PlanScratch.Apart(compiled.Lowered);
        DenseLayer changed = (DenseLayer)s_network.Layers[0];
        float[] biases = [.. Enumerable.Range(0, changed.Biases.Length).Select(i => changed.Biases[i] + (i == 7 ? 0.5f : 0))];
        changed = changed with { Biases = new FloatVector(biases) };
        LoweredNetwork other = LoweringPipeline.Run(s_network with { Layers = new EquatableArray<Layer>([changed, s_network.Layers[1]]) });
        using CompiledNetwork open = CompiledNetwork.Compile(apart, compiled.Emit);
        var reference = PlanReference.Of(other.Plans[^1], other, []);
        var probe = new PlanProbe(open, apart.Plans[^1], reference);
        float[] input = RandomNetworks.Input(new SeededRandom(2), 100);
        reference.Compute(input);
        probe.Look(input, isOrdinary: true);
        CodeVerification first = Assert.Single(probe.Stages);
        Assert.Equal((plan.Stages[0].Layer.Name, false), (first.Name, first.Holds));
        Assert.InRange(first.Deviation.MaxAbs, 0.01, 0.5001);
    }

    [Fact]
    public void Scalar_code_fails_by_one_bit_and_vector_code_past_its_bound()
    {
        float[] input = RandomNetworks.Input(new SeededRandom(2), 100);
        BoundedOutputs expected = new RoundingBound(s_network).For(input);
        float[] outputs = [.. expected.Values];
        CodeVerification none = CodeVerification.None("code");
        Assert.True(none.WithExact(expected, outputs).Holds);
        int largest = Array.IndexOf(outputs, outputs.Max());
        outputs[largest] = MathF.BitDecrement(outputs[largest]);

        Assert.False(none.WithExact(expected, outputs).Holds);
        CodeVerification near = none.WithBounded(expected, outputs);
        Assert.Equal((true, 1, false), (near.Holds, near.Deviation.MaxUlp, near.Deviation.BitEqual));

        outputs[largest] = expected.Values[largest] - (float)(1.5 * expected.Bounds[largest]);
        CodeVerification far = near.WithBounded(expected, outputs);
        Assert.False(far.Holds);
        Assert.InRange(far.BoundShare, 1.2, 1.8);
        Assert.Equal(far.BoundShare, far.WithBounded(expected, expected.Values).BoundShare);
        Assert.False(new VerificationResult([far], none, Deviation.None, 0, true, 0).Passed);
    }

    [Fact]
    public void Answers_may_differ_where_outputs_are_as_good_as_equal_and_nowhere_else()
    {
        Network Of(float first, float second) => new("n", Shape.Flat(1), new EquatableArray<Layer>(
            [new DenseLayer("l", SparseMatrix.FromDense(2, 1, [first, second]), new FloatVector([0, 0]), Activation.Identity)]), default);
        var data = Dataset.Classification("one", Shape.Flat(1), [1f, 2f], [0, 0], ["a", "b"]);
        float above = MathF.BitIncrement(1f);
        using CompiledNetwork compiled = CompiledNetwork.Compile(Of(1f, above));

        Assert.Equal(new AnswerComparison(2, 0, 2), NetworkVerifier.CompareAnswers(Of(1f, above), compiled, data));
        Assert.Equal(new AnswerComparison(0, 2, 2), NetworkVerifier.CompareAnswers(Of(above, 1f), compiled, data));
        AnswerComparison wrong = NetworkVerifier.CompareAnswers(Of(1.1f, 1f), compiled, data);
        Assert.Equal((new AnswerComparison(0, 0, 2), false), (wrong, wrong.Passed));
    }
}
