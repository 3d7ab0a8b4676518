using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Compilation.Tests.Lowering;

namespace Espalier.Compilation.Tests.Emit;

public sealed class CSharpEmitterTests
{
    private static readonly EmitOptions s_options = new("Net", "Acme");

    [Fact]
    public void The_surface_does_not_change_with_the_weights()
    {
        LoweredNetwork left = Lowered([[1, 2], [3, 4]]), right = Lowered([[5, 0], [0, 0]]);
        Assert.Equal(CSharpEmitter.EmitSurface(left.Header, s_options), CSharpEmitter.EmitSurface(right.Header, s_options));
        Assert.NotEqual(CSharpEmitter.EmitKernels(left, s_options), CSharpEmitter.EmitKernels(right, s_options));
    }

    [Fact]
    public void Short_networks_are_three_files_and_long_ones_have_one_more_for_each_layer()
    {
        var biases = new FloatVector([.. Enumerable.Range(0, 10).Select(unit => (float)unit)]);
        var wide = new DenseLayer("wide", Build.Rows(300, [.. Enumerable.Repeat(300, 10)]), biases, Activation.Relu);
        LoweredNetwork lowered = LoweringPipeline.Run(
            Build.Network(wide, Build.SumLayer("out", 10)), new LoweringOptions { Widths = VectorWidth.Vector256 });
        Assert.Equal(["Acme.Net.g.cs", "Acme.Net.Kernels.g.cs", "Acme.Net.Batch.g.cs"], Names(Lowered([[1, 2], [3, 4]])));
        Assert.Equal([
                "Acme.Net.g.cs", "Acme.Net.Kernels.g.cs", "Acme.Net.Batch.g.cs", "Acme.Net.Layer0.g.cs", "Acme.Net.Layer1.g.cs",
                "Acme.Net.OnVector256.Layer0.g.cs",
            ],
            Names(lowered));
    }

    [Fact]
    public void A_network_on_its_way_cannot_be_emitted() =>
        Assert.Throws<ArgumentException>(() => CSharpEmitter.EmitKernels(Build.Lowered(Build.SumLayer("a", 2)), s_options));

    [Fact]
    public void Emission_can_be_cancelled() => Assert.Throws<OperationCanceledException>(
        () => CSharpEmitter.EmitKernels(Lowered([[1, 2], [3, 4]]), s_options, new CancellationToken(canceled: true)));

    private static LoweredNetwork Lowered(float[][] rows) =>
        LoweringPipeline.Run(Build.Network(Build.Layer("a", rows, [1, 2], Activation.Relu), Build.SumLayer("b", 2)));

    private static IEnumerable<string> Names(LoweredNetwork lowered) =>
        CSharpEmitter.Emit(lowered, s_options).Select(file => file.HintName);
}
