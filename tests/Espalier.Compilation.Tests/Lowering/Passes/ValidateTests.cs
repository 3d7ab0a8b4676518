using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class ValidateTests
{
    private static readonly DenseLayer s_layer = Build.Layer("a", [[1, 2]], [3], Activation.Relu);

    [Fact]
    public void A_sound_network_passes_unchanged()
    {
        LoweredNetwork lowered = Build.Lowered(s_layer);
        Assert.Same(lowered, Validate.Apply(lowered));
    }

    [Fact]
    public void A_fault_of_the_network_is_an_argument_exception_that_says_what()
    {
        LoweredNetwork lowered = Build.Lowered(s_layer, Build.SumLayer("b", 7));
        ArgumentException error = Assert.Throws<ArgumentException>(() => Validate.Apply(lowered));
        Assert.Contains("Layer 'b' reads 7 values but 1 come to it.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(1001)]
    public void A_method_budget_out_of_range_is_refused(int terms)
    {
        LoweredNetwork lowered = LoweringPipeline.Start(Build.Network(s_layer), new LoweringOptions { MethodTerms = terms });
        ArgumentException error = Assert.Throws<ArgumentException>(() => Validate.Apply(lowered));
        Assert.Contains($"MethodTerms is {terms}; give 8 to 1000.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_code_budget_is_refused()
    {
        LoweredNetwork lowered = LoweringPipeline.Start(Build.Network(s_layer), new LoweringOptions { CodeBudget = -1 });
        Assert.Contains("CodeBudget is -1", Assert.Throws<ArgumentException>(() => Validate.Apply(lowered)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_without_a_kernel_is_refused_by_name()
    {
        var network = new Network("net", Shape.Flat(2), new EquatableArray<Layer>([new Mirror("m")]), default);
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => LoweringPipeline.Run(network));
        Assert.Contains("Layer 'm' is a Mirror, which has no kernel.", error.Message, StringComparison.Ordinal);
    }

    private sealed record Mirror(string Name) : Layer(Name, Activation.Identity)
    {
        public override Shape InputShape => Shape.Flat(2);

        public override Shape OutputShape => Shape.Flat(2);
    }
}
