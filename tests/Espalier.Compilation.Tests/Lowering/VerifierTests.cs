using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering;

public sealed class VerifierTests
{
    private static readonly LoweredNetwork s_sound = LoweringPipeline.Run(
        Build.Network(
            Build.Layer("a", [[1, 2], [3, 4]], [0, 0], Activation.Relu),
            Build.Layer("b", [[1, 2], [3, 4]], [0, 0], Activation.Relu),
            Build.SumLayer("c", 2)),
        new LoweringOptions { Kernel = KernelKind.Unrolled, Widths = VectorWidth.Scalar });

    [Fact]
    public void A_sound_network_is_accepted() => Verifier.Check(s_sound, "test");

    [Fact]
    public void The_message_names_the_pass()
    {
        string message = FaultOf(With(plan => plan with { Kernels = new EquatableArray<KernelChoice>([plan.Kernels[0]]) }));
        Assert.Equal("After the pass 'test': plan for Scalar: 1 kernels for 3 layers.", message);
    }

    [Fact]
    public void Buffers_that_overlap_are_found() =>
        Assert.Contains("layer 1 writes where it reads", FaultOf(WithScratch(4, 0, 1, -1)), StringComparison.Ordinal);

    [Fact]
    public void Buffers_outside_of_the_workspace_are_found() =>
        Assert.Contains("layer 1 writes outside", FaultOf(WithScratch(4, 0, 3, -1)), StringComparison.Ordinal);

    [Fact]
    public void A_workspace_beyond_the_header_is_found() =>
        Assert.Contains("larger than the 47 of the header", FaultOf(WithScratch(48, 0, 2, -1)), StringComparison.Ordinal);

    [Fact]
    public void A_missing_buffer_is_found() =>
        Assert.Contains("2 buffers for 3 layers", FaultOf(WithScratch(4, 0, 2)), StringComparison.Ordinal);

    [Fact]
    public void Another_number_of_outputs_is_found() => Assert.Contains(
        "the number of outputs changed", FaultOf(s_sound with { Header = s_sound.Header with { OutputLength = 2 } }),
        StringComparison.Ordinal);

    [Fact]
    public void A_plan_with_another_order_of_units_must_still_fit_together()
    {
        Verifier.Check(With(plan => plan with
        {
            Stages = new EquatableArray<Stage>([.. plan.Stages.Select(stage => stage.Layer.Name == "a"
                ? stage with { Layer = s_sound.Dense(1) with { Name = "a" } }
                : stage)]),
        }), "test");
        Assert.Contains(
            "reads 2 values but 3 come to it", FaultOf(With(plan => plan with { InputOrder = new EquatableArray<int>([0, 1, 1]) })),
            StringComparison.Ordinal);
        Assert.Contains(
            "names one twice", FaultOf(With(plan => plan with { InputOrder = new EquatableArray<int>([1, 1]) })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_that_the_plan_s_registers_cannot_run_is_found() => Assert.Contains(
        "layer 0 uses Vector256", FaultOf(With(plan => plan with
        {
            Kernels = new EquatableArray<KernelChoice>(plan.Kernels.Select(choice => choice with { Width = VectorWidth.Vector256 })),
        })), StringComparison.Ordinal);

    [Theory]
    [InlineData("leave out units or weights", 0, 1)]
    [InlineData("does not start where", 1, 2)]
    public void Methods_with_gaps_are_found(string expected, int firstUnit, int unitCount)
    {
        MethodPart part = s_sound.Widest.Methods[0] with { FirstUnit = firstUnit, UnitCount = unitCount, TermCount = 2 * unitCount };
        Assert.Contains(expected, FaultOf(WithFirstMethod(part)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_that_ends_within_a_unit_is_found() =>
        Assert.Contains(
            "does not end with its units", FaultOf(WithFirstMethod(s_sound.Widest.Methods[0] with { TermCount = 3 })),
            StringComparison.Ordinal);

    [Fact]
    public void A_fault_of_the_network_is_found()
    {
        LoweredNetwork broken = s_sound with
        {
            Network = s_sound.Network with { Layers = new EquatableArray<Layer>([s_sound.Dense(0), s_sound.Dense(2), s_sound.Dense(1)]) },
        };
        Assert.Contains("Layer 'b' reads 2 values but 1 come to it", FaultOf(broken), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stage_that_reads_something_else_than_its_layer_is_found()
    {
        Assert.Contains(
            "stage 2 reads other values than 'c'", FaultOf(WithStage(2, stage => stage with { Sources = new EquatableArray<int>([0]) })),
            StringComparison.Ordinal);
        Assert.Contains(
            "no stage computes 'c'", FaultOf(WithStage(2, stage => stage with { Layer = stage.Layer with { Name = "d" } })),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_pooling_that_hides_what_others_read_is_found()
    {
        var image = new Shape(1, 2, 2);
        Layer convolution = Build.Convolution("conv", image, new Window(1, 1), [[2]], [1], Activation.Relu);
        PoolingLayer pooling = Build.Pooling("pool", image, PoolingKind.Max, 2);
        LoweredNetwork lowered = MakePlans.Apply(Build.LoweredGraph(
            image, convolution, pooling,
            Build.Convolution("both", image, Window.Square(2), [[1, 1, 1, 1]], [0], Activation.Relu).Reading("conv"),
            new AdditionLayer("sum", new Shape(1, 1, 1), 2, Activation.Identity).Reading("pool", "both")));
        Verifier.Check(lowered, "test");
        string fault = FaultOf(lowered.WithPlans(plan => plan with
        {
            Stages = new EquatableArray<Stage>(
            [
                plan.Stages[0] with { Pooling = pooling }, plan.Stages[2] with { Sources = new EquatableArray<int>([0]) },
                plan.Stages[3] with { Sources = new EquatableArray<int>([0, 1]) },
            ]),
        }));
        Assert.Contains("pools what others read", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Working_memory_over_what_is_read_is_found()
    {
        var image = new Shape(1, 3, 3);
        LoweredNetwork lowered = LoweringPipeline.Run(
            Build.Graph(
                image, Build.Convolution("a", image, new Window(1, 1), [[2]], [1], Activation.Relu),
                Build.Convolution("b", image, Window.Square(3, padding: 1), [[1, 2, 3, 4, 5, 6, 7, 8, 9]], [1], Activation.Relu)),
            new LoweringOptions { Widths = VectorWidth.Scalar });
        Verifier.Check(lowered, "test");
        Assert.Contains("layer 1 writes where it reads", FaultOf(lowered.WithPlans(plan => plan with
        {
            Scratch = plan.Scratch! with { WorkOffsets = new EquatableArray<int>([-1, 0]) },
        })), StringComparison.Ordinal);
    }

    private static LoweredNetwork WithStage(int index, Func<Stage, Stage> change) =>
        With(
            plan => plan with { Stages = new EquatableArray<Stage>(plan.Stages.Select((stage, i) => i == index ? change(stage) : stage)) });

    private static LoweredNetwork With(Func<WidthPlan, WidthPlan> change) => s_sound.WithPlans(change);

    private static LoweredNetwork WithScratch(int length, params int[] offsets) =>
        With(plan => plan with { Scratch = new ScratchPlan(length, false, -1, new EquatableArray<int>(offsets)) });

    private static LoweredNetwork WithFirstMethod(MethodPart part) =>
        With(plan => plan with { Methods = new EquatableArray<MethodPart>([part, .. plan.Methods.Skip(1)]) });

    private static string FaultOf(LoweredNetwork lowered) =>
        Assert.Throws<InvalidOperationException>(() => Verifier.Check(lowered, "test")).Message;
}
