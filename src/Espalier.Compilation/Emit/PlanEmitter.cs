using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit;

/// <summary>
/// Writes one plan: the methods that run its layers in turn, and the layers. The scalar plan stands in the nested class itself, every
/// other one in a class of its own within it, from where it uses what the scalar plan has anyhow.
/// </summary>
internal sealed class PlanEmitter(LoweredNetwork lowered, WidthPlan plan)
{
    private const string InputAndOutput = "global::System.ReadOnlySpan<float> input, global::System.Span<float> output";

    private bool IsScalar => plan.Width == VectorWidth.Scalar;

    private ScratchPlan Scratch => plan.Scratch!;

    /// <summary>The class of the plan's members, as the partial methods call it.</summary>
    public static string ClassOf(WidthPlan plan) =>
        plan.Width == VectorWidth.Scalar ? KernelEmitter.NestedClass : $"{KernelEmitter.NestedClass}.{NestedClassOf(plan)}";

    /// <summary>The plan's own class within the nested one; null for the scalar plan.</summary>
    public static string? NestedClassOf(WidthPlan plan) => plan.Width == VectorWidth.Scalar ? null : $"On{plan.Width.Name()}";

    /// <summary>The functions over registers that the plan's kernels call.</summary>
    public IEnumerable<(VectorWidth Width, string Name)> Functions() => plan.IsFused
        ? new FusedEmitter(plan).Functions()
        : KernelFunctions().Concat(plan.InputOrder.Length > 0 ? new InputOrderEmitter(plan, lowered.Header.InputLength).Functions() : []);

    private IEnumerable<(VectorWidth Width, string Name)> KernelFunctions() => Enumerable.Range(0, plan.Layers.Length)
        .Where(i => plan.Kernels[i].Width != VectorWidth.Scalar)
        .SelectMany(i => ((VectorKernel)Kernel.For(plan.Kernels[i].Kernel)).Functions(plan.Layers[i]).Select(name => (plan.Kernels[i].Width, name)));

    /// <summary>The activation functions over single floats that the plan's kernels call.</summary>
    public IEnumerable<ActivationKind> ScalarFunctions() => plan.IsFused ? new FusedEmitter(plan).ScalarFunctions() : Enumerable
        .Range(0, plan.Layers.Length).Where(i => plan.Kernels[i].Width == VectorWidth.Scalar).Select(i => plan.Layers[i].Activation.Kind);

    /// <summary>Whether the plan has members for layer <paramref name="index"/>, or uses those of the scalar plan.</summary>
    public bool Owns(int index)
    {
        if (plan.IsFused) return false;
        WidthPlan scalar = lowered.Plans[lowered.Plans.Length - 1];
        return IsScalar || scalar.IsFused || plan.Kernels[index].Width != VectorWidth.Scalar
            || plan.Kernels[index].Kernel != scalar.Kernels[index].Kernel || plan.Layers[index] != scalar.Layers[index];
    }

    /// <summary>Writes the methods that predict, with scratch memory of their own and of the caller.</summary>
    public void WritePredict(CSharpWriter writer)
    {
        if (plan.IsFused)
        {
            new FusedEmitter(plan).WritePredict(writer);
            return;
        }

        writer.Open($"internal static void Predict({InputAndOutput})");
        string workspace = Scratch.Length switch
        {
            0 => "default",
            <= SurfaceEmitter.MaxClearedFloats => $"stackalloc float[{System.Math.Max(SurfaceEmitter.MinStackFloats, Scratch.Length)}]",
            _ => "ThreadBuffer()",
        };
        writer.Line($"global::System.Span<float> workspace = {workspace};");
        writer.Line("Predict(input, output, workspace);");
        writer.Close();
        writer.Line();
        writer.Open($"internal static void Predict({InputAndOutput}, global::System.Span<float> workspace)");
        if (Scratch.IsAligned)
        {
            string start = "ref global::System.Runtime.InteropServices.MemoryMarshal.GetReference(workspace)";
            int length = Scratch.Length - ScratchPlan.AlignmentSlack;
            if (length > 0) writer.Line($"workspace = workspace.Slice(ToBoundary({start}), {length});");
        }

        string source = WriteInput(writer);
        for (int i = 0; i < plan.Layers.Length; i++)
        {
            string target = Scratch.Offsets[i] < 0 ? "output" : Slice(Scratch.Offsets[i], plan.Layers[i].Weights.Rows);
            writer.Line($"{MethodOf(i)}({source}, {target});");
            source = target;
        }

        if (source != "output") writer.Line($"{SliceOf(Scratch.Offsets[plan.Layers.Length - 1], lowered.Header.OutputLength)}.CopyTo(output);");
        writer.Close();
        if (Scratch.Length > SurfaceEmitter.MaxClearedFloats) WriteThreadBuffer(writer);
        if (plan.InputOrder.Length > 0) new InputOrderEmitter(plan, lowered.Header.InputLength).Write(writer);
    }

    /// <summary>Writes the members of layer <paramref name="index"/>.</summary>
    public void WriteLayer(CSharpWriter writer, int index)
    {
        DenseLayer layer = plan.Layers[index];
        List<MethodPart> parts = [.. plan.Methods.Where(part => part.Layer == index)];
        SparseMatrix weights = layer.Weights;
        string function = layer.Activation.Kind.ToString().ToLowerInvariant();
        string matrix = $"W {weights.Rows} x {weights.Columns} with {weights.Count} weights";
        writer.Line($"/// <summary>{layer.Name}: output = {function}(W input + b), {matrix}.</summary>");
        KernelChoice choice = plan.Kernels[index];
        Kernel.For(choice.Kernel).Emit(writer, new KernelSite($"Layer{index}", layer, choice.Width, parts));
    }

    private string MethodOf(int index) => Owns(index) ? $"Layer{index}" : $"{KernelEmitter.NestedClass}.Layer{index}";

    private string Slice(int offset, int count) => SliceOf(offset, ScratchPlan.Padded(count, Scratch.IsAligned));

    private static string SliceOf(int offset, int count) => $"workspace.Slice({offset}, {count})";

    /// <summary>Brings the input to where the first layer reads it, and gives the expression of that.</summary>
    private string WriteInput(CSharpWriter writer)
    {
        if (Scratch.InputOffset < 0) return "input";
        string target = Slice(Scratch.InputOffset, plan.Layers[0].Weights.Columns);
        writer.Line(plan.InputOrder.Length > 0 ? $"OrderInput(input, {target});" : $"input.CopyTo({target});");
        return target;
    }

    private void WriteThreadBuffer(CSharpWriter writer) => writer.Lines($"""

        [global::System.ThreadStatic]
        private static float[] s_threadBuffer;

        private static global::System.Span<float> ThreadBuffer() => s_threadBuffer ??= new float[{Scratch.Length}];
        """);
}
