using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
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
    public void A_missing_buffer_is_found() => Assert.Contains("2 buffers for 3 layers", FaultOf(WithScratch(4, 0, 2)), StringComparison.Ordinal);

    [Fact]
    public void Another_number_of_outputs_is_found() => Assert.Contains(
        "the number of outputs changed", FaultOf(s_sound with { Header = s_sound.Header with { OutputLength = 2 } }), StringComparison.Ordinal);

    [Fact]
    public void A_plan_with_another_order_of_units_must_still_fit_together()
    {
        Verifier.Check(With(plan => plan with
        {
            Stages = new EquatableArray<Stage>([.. plan.Stages.Select(stage => stage.Layer.Name == "a"
                ? stage with { Layer = s_sound.Dense(1) with { Name = "a" } }
                : stage)]),
        }), "test");
        Assert.Contains("reads 2 values but 3 come to it", FaultOf(With(plan => plan with { InputOrder = new EquatableArray<int>([0, 1, 1]) })), StringComparison.Ordinal);
        Assert.Contains("names one twice", FaultOf(With(plan => plan with { InputOrder = new EquatableArray<int>([1, 1]) })), StringComparison.Ordinal);
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
        Assert.Contains("does not end with its units", FaultOf(WithFirstMethod(s_sound.Widest.Methods[0] with { TermCount = 3 })), StringComparison.Ordinal);

    [Fact]
    public void A_fault_of_the_network_is_found()
    {
        LoweredNetwork broken = s_sound with
        {
            Network = s_sound.Network with { Layers = new EquatableArray<Layer>([s_sound.Dense(0), s_sound.Dense(2), s_sound.Dense(1)]) },
        };
        Assert.Contains("Layer 'b' reads 2 values but 1 come to it", FaultOf(broken), StringComparison.Ordinal);
    }

    private static LoweredNetwork With(Func<WidthPlan, WidthPlan> change) => s_sound.WithPlans(change);

    private static LoweredNetwork WithScratch(int length, params int[] offsets) =>
        With(plan => plan with { Scratch = new ScratchPlan(length, false, -1, new EquatableArray<int>(offsets)) });

    private static LoweredNetwork WithFirstMethod(MethodPart part) =>
        With(plan => plan with { Methods = new EquatableArray<MethodPart>([part, .. plan.Methods.Skip(1)]) });

    private static string FaultOf(LoweredNetwork lowered) => Assert.Throws<InvalidOperationException>(() => Verifier.Check(lowered, "test")).Message;
}
