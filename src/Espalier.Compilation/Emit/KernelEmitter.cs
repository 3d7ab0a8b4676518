using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit;

/// <summary>
/// Writes the kernel files: the bodies of the surface's two partial methods, the activation functions, and each layer. Short networks are
/// one file; in long ones each layer has a file of its own, which people and editors handle better.
/// </summary>
internal static class KernelEmitter
{
    /// <summary>
    /// The nested class that holds everything but the two partial methods, so that no name can collide with the user's own part.
    /// </summary>
    public const string NestedClass = "Kernels";

    /// <summary>Networks of more non-zero weights than this get a file for each layer.</summary>
    private const int MaxSingleFileWeights = 2000;

    /// <summary>The kernel files, the one with the head first.</summary>
    public static IEnumerable<EmittedFile> Emit(LoweredNetwork lowered, EmitOptions options, CancellationToken cancellationToken)
    {
        bool splitFiles = lowered.Network.WeightCount > MaxSingleFileWeights;
        var writer = new CSharpWriter(1 << 16);
        FileHead.WriteMark(writer, Head(lowered));
        OpenClass(writer, options);
        WritePredictCore(writer, lowered);
        writer.Line();
        SampleEmitter.WriteVerifySamples(writer, lowered);
        writer.Line();
        writer.Open($"private static partial class {NestedClass}");
        bool first = true;
        IEnumerable<ActivationKind> activations = Enumerable.Range(0, lowered.LayerCount).Select(i => lowered.Dense(i).Activation.Kind);
        foreach (string function in ActivationSource.FunctionsFor(activations))
        {
            if (!first) writer.Line();
            first = false;
            writer.Lines(function);
        }

        if (lowered.Network.Samples.Length > 0)
        {
            if (!first) writer.Line();
            first = false;
            SampleEmitter.WriteSamples(writer, lowered);
        }

        if (!splitFiles)
        {
            for (int i = 0; i < lowered.LayerCount; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!first) writer.Line();
                first = false;
                WriteLayer(writer, lowered, i);
            }
        }

        writer.Close();
        writer.Close();
        yield return new EmittedFile(options.HintPrefix + ".Kernels.g.cs", writer.ToString());

        for (int i = 0; splitFiles && i < lowered.LayerCount; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return LayerFile(lowered, options, i);
        }
    }

    private static EmittedFile LayerFile(LoweredNetwork lowered, EmitOptions options, int index)
    {
        // About 30 characters a weight unrolled; StringBuilder grows from there without copying.
        var writer = new CSharpWriter(1 << 16);
        FileHead.WriteMark(writer, [$"Layer {index}, '{lowered.Dense(index).Name}', of the network '{lowered.Header.Name}'."]);
        OpenClass(writer, options);
        writer.Open($"private static partial class {NestedClass}");
        WriteLayer(writer, lowered, index);
        writer.Close();
        writer.Close();
        return new EmittedFile($"{options.HintPrefix}.Layer{index}.g.cs", writer.ToString());
    }

    private static void OpenClass(CSharpWriter writer, EmitOptions options)
    {
        // Nullable analysis would multiply the compiler's time on long methods and has nothing to find here.
        writer.Line("#nullable disable");
        writer.Line();
        FileHead.WriteNamespace(writer, options);
        writer.Open($"static partial class {options.EscapedClassName}");
    }

    private static IEnumerable<string> Head(LoweredNetwork lowered)
    {
        yield return $"The kernels of the network '{lowered.Header.Name}', content {lowered.Content.High:x16}{lowered.Content.Low:x16}.";
        yield return "";
        foreach (string line in LayerTable.Lines(lowered)) yield return line;
        yield return "";
        foreach (PassNote note in lowered.Notes) yield return $"{note.Pass}: {note.Text}.";
        if (lowered.Notes.Length > 0) yield return "";
        yield return "Order of summation: term j of a row goes to partial sum j mod 4; p0 starts at the bias; "
            + "the sum is (p0 + p1) + (p2 + p3).";
        yield return "No multiplication is fused with an addition: every machine computes the same bits "
            + "(which bits a NaN has is left open).";
        if (!lowered.SumsRegrouped) yield break;
        yield return lowered.MergedUnits == 0
            ? "Constants were folded and the other terms regroup: results may differ from those of the model file by rounding."
            : "Units were folded or merged and the other terms regroup: results may differ from those of the model file by rounding.";
    }

    private static void WritePredictCore(CSharpWriter writer, LoweredNetwork lowered)
    {
        writer.Open($"static partial void {SurfaceEmitter.PredictCore}("
            + "global::System.ReadOnlySpan<float> input, global::System.Span<float> output, global::System.Span<float> workspace)");
        string source = "input";
        for (int i = 0; i < lowered.LayerCount; i++)
        {
            bool isLast = i == lowered.LayerCount - 1;
            string target = isLast ? "output" : $"workspace.Slice({lowered.Scratch!.Offsets[i]}, {lowered.Dense(i).Weights.Rows})";
            writer.Line($"{NestedClass}.Layer{i}({source}, {target});");
            source = target;
        }

        writer.Close();
    }

    private static void WriteLayer(CSharpWriter writer, LoweredNetwork lowered, int index)
    {
        DenseLayer layer = lowered.Dense(index);
        List<MethodPart> parts = [.. lowered.Methods.Where(part => part.Layer == index)];
        SparseMatrix weights = layer.Weights;
        string function = layer.Activation.Kind.ToString().ToLowerInvariant();
        string matrix = $"W {weights.Rows} x {weights.Columns} with {weights.Count} weights";
        writer.Line($"/// <summary>{layer.Name}: output = {function}(W input + b), {matrix}.</summary>");
        Kernel.For(lowered.Kernels[index].Kernel).Emit(writer, index, layer, parts);
    }
}
