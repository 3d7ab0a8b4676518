using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Compilation.Tests.Lowering;

namespace Espalier.Compilation.Tests.Emit;

/// <summary>The whole generated text of tiny networks, for people to read.</summary>
public sealed class SnapshotTests
{
    private static readonly LoweringOptions s_scalar = new() { Widths = VectorWidth.Scalar };

    private static readonly Dictionary<string, (Network Network, LoweringOptions Options)> s_cases = new()
    {
        ["OneToOne"] = (Build.Network(Build.Layer("out", [[0.5f]], [-0.25f], Activation.Identity)), s_scalar),
        ["TwoTwoOne"] = (
            Build.Network(
                Build.Layer("hidden", [[20, 20], [-20, -20]], [-10, 30], Activation.Sigmoid),
                Build.Layer("out", [[20, 20]], [-30], Activation.Sigmoid)) with
            {
                Samples = new EquatableArray<Sample>([Sample.FromDense([0, 0], [4.5e-5f]), Sample.FromDense([1, 0], [0.99995f])]),
            },
            s_scalar),
        ["EmptyUnit"] = (Build.Network(Build.Layer("out", [[1, 2], [0, 0]], [3, 4], Activation.Tanh)), s_scalar),
        ["EmptyLayer"] = (
            Build.Network(
                Build.Layer("first", [[1, 2], [3, 4]], [0, 0], Activation.Relu),
                Build.Layer("second", [[0, 0], [0, 0]], [1, 2], Activation.Relu),
                Build.Layer("out", [[5, 6]], [7], Activation.Identity)),
            s_scalar),
        ["DeadUnits"] = (
            Build.Network(
                Build.Layer("hidden", [[0, 0, 0], [3, 0, 4], [5, 0, 6]], [2, 20, 30], Activation.LeakyRelu()),
                Build.Layer("out", [[0.5f, 0, 7]], [100], Activation.Identity)),
            s_scalar),
        ["Dense"] = (
            Build.Network(Build.Layer("out", [[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]], [0, 0], Activation.Softmax)), s_scalar),
        ["OddNumbers"] = (
            Build.Network(Build.Layer("out", [[float.Epsilon, -float.MaxValue, 1e-40f, 0.1f]], [-0f], Activation.Elu(0.1f))), s_scalar),
        ["LongRow"] = (
            Build.Network(new DenseLayer("out", Build.Rows(24, 2, 21), new FloatVector([1, 2]), Activation.Relu)),
            new LoweringOptions { Kernel = KernelKind.Unrolled, MethodTerms = 12, Widths = VectorWidth.Scalar }),
        ["Table"] = (
            Build.Network(new DenseLayer("out", Build.Rows(9, 5, 0, 9), new FloatVector([1, 2, 3]), Activation.Selu)),
            new LoweringOptions { Kernel = KernelKind.Table, Widths = VectorWidth.Scalar }),
        ["Permute"] = (
            Build.Network(new DenseLayer("out", Build.Rows(9, 5, 0, 9), new FloatVector([1, 2, 3]), Activation.Softmax)),
            new LoweringOptions { Kernel = KernelKind.Permute, Widths = VectorWidth.Vector256 }),
        ["Block"] = (
            Build.Network(new DenseLayer("out", Build.Rows(9, 5, 0, 9), new FloatVector([1, 2, 3]), Activation.Relu)),
            new LoweringOptions { Kernel = KernelKind.Block, Widths = VectorWidth.Vector128 }),
        ["Convolution"] = (
            Build.Graph(
                new Shape(1, 4, 4),
                Build.Convolution(
                    "conv", new Shape(1, 4, 4), Window.Square(3, padding: 1), [[0, 1, 0, 2, 0, 3, 0, 4, 5]], [0.5f], Activation.Relu),
                Build.Pooling("pool", new Shape(1, 4, 4), PoolingKind.Max, 2),
                new FlattenLayer("flat", new Shape(1, 2, 2)),
                Build.Layer("out", [[1, 2, 3, 4]], [0], Activation.Identity)),
            s_scalar),
        ["Branches"] = (
            Build.Graph(
                new Shape(1, 3, 3),
                Build.Convolution("left", new Shape(1, 3, 3), new Window(1, 1), [[2], [3]], [0.5f, 1], Activation.Relu),
                new PoolingLayer(
                    "mean", new Shape(1, 3, 3), PoolingKind.Average, Window.Square(3, padding: 1), false, false,
                    Activation.Identity).Reading("input"),
                new ConcatenationLayer("both", new EquatableArray<Shape>([new Shape(2, 3, 3), new Shape(1, 3, 3)]), Activation.Identity)
                    .Reading("left", "mean"),
                Build.Convolution(
                    "next", new Shape(3, 3, 3), new Window(1, 1), [[1, 0, 0], [0, 1, 1], [1, 1, 0]], [0, 0, 1], Activation.Identity),
                Build.Normalization("norm", new Shape(3, 3, 3), [2, 3, 4], [1, 2, 3], Activation.Relu),
                new AdditionLayer("sum", new Shape(3, 3, 3), 2, Activation.Tanh).Reading("both", "norm"),
                PoolingLayer.GlobalAverage("all", new Shape(3, 3, 3)) with { Activation = Activation.Softmax }),
            s_scalar),
        ["DenseRegisters"] = (
            Build.Network(new DenseLayer("out", Build.Rows(9, 5, 0, 9), new FloatVector([1, 2, 3]), Activation.Tanh)),
            new LoweringOptions { Kernel = KernelKind.Dense, Widths = VectorWidth.Vector512 }),
    };

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kernels_are_as_accepted(string name)
    {
        (Network network, LoweringOptions options) = s_cases[name];
        LoweredNetwork lowered = LoweringPipeline.Run(network, options);
        Snapshot.Match(name, CSharpEmitter.EmitKernels(lowered, new EmitOptions(name, "Acme.Networks")));
    }

    [Theory]
    [InlineData("SurfaceOfFewOutputs", 47, 2)]
    [InlineData("SurfaceOnStack", 8000, 100)]
    [InlineData("SurfaceInThreadBuffer", 9000, 8193)]
    public void Surfaces_are_as_accepted(string name, int workspaceLength, int outputs)
    {
        var options = new EmitOptions(name, "Acme.Networks", IsPublic: outputs > 2);
        EmittedFile surface = CSharpEmitter.EmitSurface(new NetworkHeader("net", 10, outputs, workspaceLength), options);
        Snapshot.Match(name, new EquatableArray<EmittedFile>([surface]));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Emission_is_deterministic(string name)
    {
        (Network network, LoweringOptions options) = s_cases[name];
        EquatableArray<EmittedFile> Emitted() => CSharpEmitter.Emit(LoweringPipeline.Run(network, options), new EmitOptions(name));
        Assert.Equal(Emitted(), Emitted());
    }
}
