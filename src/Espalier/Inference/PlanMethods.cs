using System.Reflection;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;

namespace Espalier.Inference;

/// <summary>
/// The plans of a generated class, each to be called by itself, whichever of them the class would take on this processor.
/// </summary>
internal static class PlanMethods
{
    /// <summary>Computes the outputs for one sample; lengths and overlap are not checked.</summary>
    public delegate void PredictMethod(ReadOnlySpan<float> input, Span<float> output);

    /// <summary>The same in scratch memory of the caller.</summary>
    public delegate void PredictInWorkspaceMethod(ReadOnlySpan<float> input, Span<float> output, Span<float> workspace);

    /// <summary>Whether this processor runs code for <paramref name="width"/>: the condition that generated code asks.</summary>
    public static bool CanRun(VectorWidth width) => width switch
    {
        VectorWidth.Vector512 => Vector512.IsHardwareAccelerated && Avx512F.IsSupported,
        VectorWidth.Vector256 => Vector256.IsHardwareAccelerated && Avx2.IsSupported && Fma.IsSupported,
        VectorWidth.Vector128 => Vector128.IsHardwareAccelerated,
        _ => true,
    };

    /// <summary>The plans that this processor can run, from the scalar one to the widest.</summary>
    public static IEnumerable<WidthPlan> Runnable(LoweredNetwork lowered) =>
        lowered.Plans.Where(plan => CanRun(plan.Width)).OrderBy(plan => plan.Width);

    /// <summary>The class within the generated class <paramref name="type"/> that has the members of <paramref name="plan"/>.</summary>
    public static Type OwnerOf(Type type, WidthPlan plan)
    {
        foreach (string name in PlanEmitter.ClassOf(plan).Split('.')) type = type.GetNestedType(name, BindingFlags.NonPublic)!;
        return type;
    }

    /// <summary>The method of the generated class <paramref name="type"/> that runs <paramref name="plan"/>.</summary>
    /// <typeparam name="T">The delegate, whose parameters say which of the two methods is meant.</typeparam>
    public static T Of<T>(Type type, WidthPlan plan)
        where T : Delegate
    {
        Type owner = OwnerOf(type, plan);
        Type[] parameters = [.. typeof(T).GetMethod("Invoke")!.GetParameters().Select(parameter => parameter.ParameterType)];
        return owner.GetMethod("Predict", BindingFlags.NonPublic | BindingFlags.Static, parameters)!.CreateDelegate<T>();
    }
}
