using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Kernels.Batch;
using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Emit;

/// <summary>
/// Writes one plan: the methods that run its stages in turn, and the stages. The scalar plan stands in the nested class itself, every
/// other one in a class of its own within it, from where it uses what the scalar plan has anyhow.
/// </summary>
internal sealed class PlanEmitter(LoweredNetwork lowered, WidthPlan plan)
{
    /// <summary>The method that computes the stages before those that many samples go through together.</summary>
    public const string PredictRow = "PredictRow";

    private const string InputAndOutput = "global::System.ReadOnlySpan<float> input, global::System.Span<float> output";

    private readonly IReadOnlyList<ScratchBuffer> _buffers = ScratchBuffer.Of(plan);

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

    private IEnumerable<(VectorWidth Width, string Name)> KernelFunctions() => Enumerable.Range(0, plan.Stages.Length)
        .Where(i => plan.Kernels[i].Width != VectorWidth.Scalar)
        .SelectMany(i => plan.KernelOf(i).Functions(plan.Stages[i]).Select(name => (plan.Kernels[i].Width, name)));

    /// <summary>The functions over single floats that the plan's kernels call.</summary>
    public IEnumerable<string> ScalarFunctions() => plan.IsFused
        ? new FusedEmitter(plan).ScalarFunctions().Select(kind => kind.ToString())
        : Enumerable.Range(0, plan.Stages.Length).Where(i => plan.Kernels[i].Width == VectorWidth.Scalar)
            .SelectMany(i => plan.KernelOf(i).ScalarFunctions(plan.Stages[i]));

    /// <summary>Whether the plan has members for stage <paramref name="index"/>, or uses those of the scalar plan.</summary>
    public bool Owns(int index) => !plan.IsFused && Twin(index) < 0;

    /// <summary>The stage of the scalar plan that is compiled to the same code; -1 where none is.</summary>
    private int Twin(int index)
    {
        WidthPlan scalar = lowered.Plans[lowered.Plans.Length - 1];
        if (IsScalar || scalar.IsFused || plan.Kernels[index].Width != VectorWidth.Scalar) return -1;
        int twin = scalar.StageOf(plan.Stages[index].Layer.Name);
        return plan.Kernels[index].Kernel == scalar.Kernels[twin].Kernel
            && plan.Stages[index].Layer == scalar.Stages[twin].Layer
            ? twin
            : -1;
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
        WriteWorkspace(writer);
        writer.Line("Predict(input, output, workspace);");
        writer.Close();
        writer.Line();
        writer.Open($"internal static void Predict({InputAndOutput}, global::System.Span<float> workspace)");
        WriteStages(writer, plan.Stages.Length);
        int last = plan.Stages.Length - 1;
        if (Scratch.Offsets[last] >= 0)
        {
            writer.Line($"workspace.Slice({Scratch.Offsets[last]}, {lowered.Header.OutputLength}).CopyTo(output);");
        }

        writer.Close();
        if (BatchPlan.Of(lowered) is { IsWhole: false } batch) WritePredictRow(writer, batch);
        if (Scratch.Length > SurfaceEmitter.MaxClearedFloats) WriteThreadBuffer(writer);
        if (plan.InputOrder.Length > 0) new InputOrderEmitter(plan, lowered.Header.InputLength).Write(writer);
    }

    /// <summary>Writes the members of stage <paramref name="index"/>.</summary>
    public void WriteLayer(CSharpWriter writer, int index)
    {
        Stage stage = plan.Stages[index];
        List<MethodPart> parts = [.. plan.Methods.Where(part => part.Layer == index)];
        writer.Line($"/// <summary>{StageText.Summary(stage)}</summary>");
        plan.KernelOf(index).Emit(writer, new KernelSite($"Layer{index}", stage, plan.Kernels[index].Width, parts));
    }

    /// <summary>The method that brings a sample to where many samples are computed together.</summary>
    private void WritePredictRow(CSharpWriter writer, BatchPlan batch)
    {
        int stages = batch.StagesBefore(plan), source = plan.Stages[stages].Sources[0];
        writer.Line();
        writer.Line($"/// <summary>The values that {batch.Layers[0].Name} reads.</summary>");
        writer.Open($"internal static void {PredictRow}({InputAndOutput})");
        WriteWorkspace(writer);
        WriteStages(writer, stages);
        writer.Line(source < 0
            ? "input.CopyTo(output);"
            : $"workspace.Slice({Scratch.Offsets[source]}, {batch.InputLength}).CopyTo(output);");
        writer.Close();
    }

    /// <summary>Takes scratch memory.</summary>
    private void WriteWorkspace(CSharpWriter writer)
    {
        string workspace = Scratch.Length switch
        {
            0 => "default",
            <= SurfaceEmitter.MaxClearedFloats => $"stackalloc float[{System.Math.Max(SurfaceEmitter.MinStackFloats, Scratch.Length)}]",
            _ => "ThreadBuffer()",
        };
        writer.Line($"global::System.Span<float> workspace = {workspace};");
    }

    /// <summary>Runs the first <paramref name="count"/> stages.</summary>
    private void WriteStages(CSharpWriter writer, int count)
    {
        if (Scratch.IsAligned)
        {
            string start = "ref global::System.Runtime.InteropServices.MemoryMarshal.GetReference(workspace)";
            int length = Scratch.Length - ScratchPlan.AlignmentSlack;
            if (length > 0) writer.Line($"workspace = workspace.Slice(ToBoundary({start}), {length});");
        }

        WriteInput(writer);
        for (int i = 0; i < count; i++)
        {
            List<string> arguments = [.. plan.Stages[i].Sources.Select(ValuesOf), ValuesOf(i)];
            if (plan.WorkFloats(i) > 0) arguments.Add(SliceOf(_buffers.Single(buffer => buffer.Stage == i && buffer.IsWork)));
            writer.Line($"{MethodOf(i)}({string.Join(", ", arguments)});");
        }
    }

    private string MethodOf(int index) => Twin(index) is >= 0 and int twin ? $"{KernelEmitter.NestedClass}.Layer{twin}" : $"Layer{index}";

    /// <summary>The expression of the values that a stage yields, or of the network's input.</summary>
    private string ValuesOf(int stage) =>
        _buffers.FirstOrDefault(buffer => buffer.Stage == stage && !buffer.IsWork) is ScratchBuffer held ? SliceOf(held)
        : stage < 0 ? "input" : "output";

    private string SliceOf(ScratchBuffer buffer)
    {
        int offset = buffer.Stage < 0 ? Scratch.InputOffset : (buffer.IsWork ? Scratch.WorkOffsets : Scratch.Offsets)[buffer.Stage];
        return $"workspace.Slice({offset}, {buffer.Length})";
    }

    /// <summary>Brings the input to where the stages read it.</summary>
    private void WriteInput(CSharpWriter writer)
    {
        if (Scratch.InputOffset < 0) return;
        writer.Line(plan.InputOrder.Length > 0 ? $"OrderInput(input, {ValuesOf(-1)});" : $"input.CopyTo({ValuesOf(-1)});");
    }

    private void WriteThreadBuffer(CSharpWriter writer) => writer.Lines($"""

        [global::System.ThreadStatic]
        private static float[] s_threadBuffer;

        private static global::System.Span<float> ThreadBuffer() => s_threadBuffer ??= new float[{Scratch.Length}];
        """);
}
