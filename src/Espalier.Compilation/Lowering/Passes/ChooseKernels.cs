using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>Decides how each stage of each plan is compiled: as the options force it, else as <see cref="KernelChooser"/> says.</summary>
/// <remarks>
/// Before: there are plans. After: <see cref="WidthPlan.Kernels"/> holds one choice for each stage; nothing else has changed.
/// Example: of 784-300-100-10 at 8 % density, the scalar plan loops over tables in the first two layers and has straight-line code in the
/// last, and the plan for 512 bits permutes in all three.
/// </remarks>
internal static class ChooseKernels
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "choose kernels";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered) => lowered.WithPlans(plan => plan with
    {
        Kernels = new EquatableArray<KernelChoice>(KernelChooser.Choose(plan.Stages, plan.Width, lowered.Options)),
    });
}
