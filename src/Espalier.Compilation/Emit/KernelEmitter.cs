using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;

namespace Espalier.Compilation.Emit;

/// <summary>
/// Writes the kernel files: the bodies of the surface's partial methods, the functions that kernels share, and each layer of each plan.
/// Short networks are one file; in long ones each layer of a plan has a file of its own, which people and editors handle better.
/// </summary>
internal static class KernelEmitter
{
    /// <summary>
    /// The nested class that holds everything but the partial methods, so that no name can collide with the user's own part.
    /// </summary>
    public const string NestedClass = "Kernels";

    /// <summary>Networks of more non-zero weights than this get a file for each layer.</summary>
    private const int MaxSingleFileWeights = 2000;

    /// <summary>The kernel files, the one with the head first.</summary>
    public static IEnumerable<EmittedFile> Emit(LoweredNetwork lowered, EmitOptions options, CancellationToken cancellationToken)
    {
        bool splitFiles = lowered.Network.WeightCount > MaxSingleFileWeights;
        var batch = new BatchEmitter(lowered);
        var writer = new CSharpWriter(1 << 16);
        FileHead.WriteMark(writer, KernelHead.Lines(lowered));
        VectorWidth widest = lowered.Plans.Select(plan => plan.Width).Concat(lowered.Options.VectorWidths).Max();
        VectorWidth[] widths = [.. Simd.Widths.Where(width => width <= widest)];
        OpenClass(writer, options, widths);
        WritePredictCore(writer, lowered, "input, output", "");
        writer.Line();
        WritePredictCore(writer, lowered, "input, output, workspace", ", global::System.Span<float> workspace");
        writer.Line();
        batch.WriteCore(writer);
        writer.Line();
        SampleEmitter.WriteVerifySamples(writer, lowered);
        writer.Line();
        writer.Open($"private static partial class {NestedClass}");
        var members = new MemberList(writer);
        WriteFunctions(members, lowered, batch);
        if (lowered.Network.Samples.Length > 0) members.Add(() => SampleEmitter.WriteSamples(writer, lowered));

        // The scalar plan is the last one and stands first: it is the definition that the others are judged by.
        foreach (WidthPlan plan in lowered.Plans.Reverse())
        {
            cancellationToken.ThrowIfCancellationRequested();
            members.Add(() => InPlanClass(writer, plan, () => WritePlan(writer, lowered, plan, withLayers: !splitFiles)));
        }

        writer.Close();
        writer.Close();
        yield return new EmittedFile(options.HintPrefix + ".Kernels.g.cs", WithoutUnusedAliases(writer.ToString(), widths));
        if (batch.HasVectors) yield return batch.Emit(options);
        if (!splitFiles) yield break;
        foreach (WidthPlan plan in lowered.Plans.Reverse())
        {
            var emitter = new PlanEmitter(lowered, plan);
            foreach (int i in Enumerable.Range(0, plan.Stages.Length).Where(emitter.Owns))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return LayerFile(lowered, plan, options, i);
            }
        }
    }

    private static EmittedFile LayerFile(LoweredNetwork lowered, WidthPlan plan, EmitOptions options, int index)
    {
        // About 30 characters a weight unrolled; StringBuilder grows from there without copying.
        var writer = new CSharpWriter(1 << 16);
        FileHead.WriteMark(writer, [$"Layer {index}, '{StageText.Name(plan.Stages[index])}', of the network '{lowered.Header.Name}'."]);
        VectorWidth[] widths = [.. Simd.Widths.Where(width => width == plan.Kernels[index].Width)];
        OpenClass(writer, options, widths);
        writer.Open($"private static partial class {NestedClass}");
        InPlanClass(writer, plan, () => new PlanEmitter(lowered, plan).WriteLayer(writer, index));
        writer.Close();
        writer.Close();
        string folder = PlanEmitter.NestedClassOf(plan) is string name ? $".{name}" : "";
        return new EmittedFile($"{options.HintPrefix}{folder}.Layer{index}.g.cs", WithoutUnusedAliases(writer.ToString(), widths));
    }

    /// <summary>The text without the aliases that it does not use, at which the compiler would hint.</summary>
    internal static string WithoutUnusedAliases(string text, IEnumerable<VectorWidth> widths)
    {
        foreach (string directive in widths.SelectMany(VectorMathSource.Aliases))
        {
            int start = text.IndexOf(directive, StringComparison.Ordinal), end = start + directive.Length;
            bool isUsed = new Regex($@"\b{directive.Split(' ')[1]}\b", RegexOptions.CultureInvariant).IsMatch(text, end);
            if (!isUsed) text = text.Remove(start, directive.Length + 1);
        }

        return text;
    }

    /// <summary>Opens the class after what stands before it: the directives that name the types of <paramref name="widths"/>.</summary>
    internal static void OpenClass(CSharpWriter writer, EmitOptions options, IEnumerable<VectorWidth> widths)
    {
        // Nullable analysis would multiply the compiler's time on long methods and has nothing to find here.
        writer.Line("#nullable disable");
        writer.Line();
        string[] aliases = [.. widths.SelectMany(VectorMathSource.Aliases)];
        foreach (string alias in aliases) writer.Line(alias);
        if (aliases.Length > 0) writer.Line();
        FileHead.WriteNamespace(writer, options);
        writer.Open($"static partial class {options.EscapedClassName}");
    }

    private static void InPlanClass(CSharpWriter writer, WidthPlan plan, Action write)
    {
        if (PlanEmitter.NestedClassOf(plan) is not string name)
        {
            write();
            return;
        }

        writer.Line($"/// <summary>The plan for registers of {plan.Width.Bits()} bits.</summary>");
        writer.Open($"internal static partial class {name}");
        write();
        writer.Close();
    }

    /// <summary>The body of a partial method: the plan for the widest registers that there are. The JIT folds the conditions.</summary>
    private static void WritePredictCore(CSharpWriter writer, LoweredNetwork lowered, string arguments, string more)
    {
        writer.Open($"static partial void {SurfaceEmitter.PredictCore}("
            + $"global::System.ReadOnlySpan<float> input, global::System.Span<float> output{more})");
        string otherwise = "";
        foreach (WidthPlan plan in lowered.Plans)
        {
            string call = $"{PlanEmitter.ClassOf(plan)}.Predict({arguments});";
            if (plan.Width == VectorWidth.Scalar) writer.Line(otherwise + call);
            else writer.Line($"{otherwise}if ({plan.Width.Condition()}) {call}");
            otherwise = "else ";
        }

        writer.Close();
    }

    private static void WriteFunctions(MemberList members, LoweredNetwork lowered, BatchEmitter batch)
    {
        IEnumerable<string> scalar = lowered.Plans.SelectMany(plan => new PlanEmitter(lowered, plan).ScalarFunctions());
        foreach (string function in ActivationSource.FunctionsFor(scalar)) members.AddText(function);
        IEnumerable<(VectorWidth, string)> vector = lowered.Plans.SelectMany(plan => new PlanEmitter(lowered, plan).Functions());
        foreach (string function in VectorMathSource.FunctionsFor(vector.Concat(batch.SharedFunctions()))) members.AddText(function);
        bool hasTables = lowered.Plans.Any(plan => plan.Scratch!.IsAligned);
        if (hasTables) members.Add(() => AlignedTable.WriteCopy(members.Writer));
        if (hasTables || batch.HasVectors) members.Add(() => AlignedTable.WriteBoundary(members.Writer));
    }

    private static void WritePlan(CSharpWriter writer, LoweredNetwork lowered, WidthPlan plan, bool withLayers)
    {
        var emitter = new PlanEmitter(lowered, plan);
        emitter.WritePredict(writer);
        foreach (int i in Enumerable.Range(0, plan.Stages.Length).Where(i => withLayers && emitter.Owns(i)))
        {
            writer.Line();
            emitter.WriteLayer(writer, i);
        }
    }

    /// <summary>Members of a class with an empty line between them.</summary>
    private sealed class MemberList(CSharpWriter writer)
    {
        private bool _hasAny;

        public CSharpWriter Writer => writer;

        public void Add(Action write)
        {
            if (_hasAny) writer.Line();
            _hasAny = true;
            write();
        }

        public void AddText(string text) => Add(() => writer.Lines(text));
    }
}
