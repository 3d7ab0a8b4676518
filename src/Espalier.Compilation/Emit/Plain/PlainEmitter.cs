using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit.Plain;

/// <summary>
/// Writes the kernel file of a network in plain C#: language version 7.3 and netstandard2.0, arrays in place of spans, no intrinsics,
/// tables that any byte order reads, for Unity, Mono, the .NET Framework and small devices. It computes what the scalar plan says.
/// </summary>
/// <remarks>
/// Every result of an operation is cast to float, although it is one: the language lets a runtime keep more digits of it, as some do that
/// compute in double precision, and the cast takes them away. So each gives the bits of the reference interpreter.
/// </remarks>
internal sealed class PlainEmitter(LoweredNetwork lowered, EmitOptions options)
{
    /// <summary>The nested class of the arrays that a thread works in.</summary>
    private const string Buffers = "Buffers";

    private readonly WidthPlan _plan = lowered.Plans[lowered.Plans.Length - 1];

    /// <summary>The expression of a result rounded to float.</summary>
    public static string Round(string result) => $"(float)({result})";

    /// <summary>
    /// Whether there is plain code for layers of the kind of <paramref name="layer"/>, batch normalisation, which goes before, included.
    /// </summary>
    public static bool Computes(Layer layer) => layer is DenseLayer or ConvolutionLayer or PoolingLayer or AdditionLayer
        or ConcatenationLayer or FlattenLayer or BatchNormalizationLayer;

    /// <summary>The file.</summary>
    public EmittedFile Emit(CancellationToken cancellationToken)
    {
        var writer = new CSharpWriter(1 << 16);
        FileHead.WriteMark(writer, Head());
        FileHead.OpenPlainNamespace(writer, options);
        writer.Open($"static partial class {options.EscapedClassName}");
        WriteCores(writer);
        writer.Line();
        PlainSamples.WriteVerify(writer, lowered);
        writer.Line();
        writer.Open($"private static class {KernelEmitter.NestedClass}");
        WriteBuffers(writer);
        for (int i = 0; i < _plan.Stages.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Line();
            WriteStage(writer, i);
        }

        IEnumerable<string> names = Enumerable.Range(0, _plan.Stages.Length)
            .SelectMany(i => _plan.KernelOf(i).ScalarFunctions(_plan.Stages[i]));
        foreach (string function in ActivationSource.PlainFunctionsFor(names))
        {
            writer.Line();
            writer.Lines(function);
        }

        if (lowered.Network.Samples.Length > 0) PlainSamples.WriteSamples(writer, lowered);
        writer.Close();
        writer.Close();
        FileHead.ClosePlainNamespace(writer, options);
        return new EmittedFile(options.HintPrefix + ".Kernels.g.cs", writer.ToString());
    }

    private IEnumerable<string> Head()
    {
        yield return $"The kernels of the network '{lowered.Header.Name}' in plain C#, "
            + $"content {lowered.Content.High:x16}{lowered.Content.Low:x16}.";
        yield return "";
        foreach (string line in LayerTable.Lines(_plan, hasOneScratch: false)) yield return line;
        yield return "";
        foreach (PassNote note in lowered.Notes) yield return $"{note.Pass}: {note.Text}.";
        if (lowered.Notes.Length > 0) yield return "";
        foreach (string line in KernelHead.ScalarNumerics) yield return line;
        yield return "The casts to float round each result where a runtime would otherwise keep more digits of it.";
        if (KernelHead.Regrouping(lowered) is string regrouping) yield return regrouping;
    }

    /// <summary>The bodies of the surface's partial methods.</summary>
    private void WriteCores(CSharpWriter writer)
    {
        string kernels = KernelEmitter.NestedClass;
        writer.Open($"static partial void {SurfaceEmitter.PredictCore}(float[] input, float[] output)");
        writer.Line($"{kernels}.{Buffers} buffers = {kernels}.{Buffers}.OfThread();");
        for (int i = 0; i < _plan.Stages.Length; i++)
        {
            List<string> arguments = [.. _plan.Stages[i].Sources.Select(ValuesOf), ValuesOf(i)];
            if (HasFrame(i)) arguments.Add($"buffers.Frame{i}");
            writer.Line($"{kernels}.Layer{i}({string.Join(", ", arguments)});");
        }

        writer.Close();
        writer.Line();
        writer.Lines($$"""
            static partial void {{SurfaceEmitter.PredictBatchCore}}(float[] inputs, float[] outputs)
            {
                {{kernels}}.{{Buffers}} buffers = {{kernels}}.{{Buffers}}.OfThread();
                for (int i = 0; i < inputs.Length / InputLength; i++)
                {
                    global::System.Array.Copy(inputs, i * InputLength, buffers.Input, 0, InputLength);
                    {{SurfaceEmitter.PredictCore}}(buffers.Input, buffers.Output);
                    global::System.Array.Copy(buffers.Output, 0, outputs, i * OutputLength, OutputLength);
                }
            }

            static partial void {{PlainSurfaceEmitter.ClassifyCore}}(float[] input, ref float[] output)
            {
                output = {{kernels}}.{{Buffers}}.OfThread().Output;
                {{SurfaceEmitter.PredictCore}}(input, output);
            }
            """);
    }

    private string ValuesOf(int stage) => stage < 0 ? "input" : stage == _plan.Stages.Length - 1 ? "output" : $"buffers.Values{stage}";

    private bool HasFrame(int index) => _plan.Stages[index].Layer is ConvolutionLayer { Window.HasPadding: true };

    private void WriteBuffers(CSharpWriter writer)
    {
        writer.Line("/// <summary>The arrays that a thread works in, made on its first call.</summary>");
        writer.Open($"internal sealed class {Buffers}");
        writer.Line("[global::System.ThreadStatic]");
        writer.Line($"private static {Buffers} s_buffers;");
        writer.Line();
        writer.Line("internal readonly float[] Input = new float[InputLength], Output = new float[OutputLength];");
        for (int i = 0; i < _plan.Stages.Length; i++)
        {
            if (i < _plan.Stages.Length - 1)
            {
                writer.Line($"internal readonly float[] Values{i} = new float[{_plan.Stages[i].OutputLength}];");
            }

            if (HasFrame(i))
            {
                writer.Line($"internal readonly float[] Frame{i} = new float[{Frame.Of((ConvolutionLayer)_plan.Stages[i].Layer).Length}];");
            }
        }

        writer.Line();
        writer.Line($"internal static {Buffers} OfThread() => s_buffers ?? (s_buffers = new {Buffers}());");
        writer.Close();
    }

    private void WriteStage(CSharpWriter writer, int index)
    {
        Stage stage = _plan.Stages[index];
        string method = $"Layer{index}";
        writer.Line($"/// <summary>{StageText.Summary(stage)}</summary>");
        switch (stage.Layer)
        {
            case DenseLayer dense when _plan.Kernels[index].Kernel == KernelKind.Unrolled:
                PlainUnrolled.Write(writer, method, dense, [.. _plan.Methods.Where(part => part.Layer == index)]);
                break;
            case DenseLayer dense:
                PlainLoops.WriteDense(writer, method, dense);
                break;
            case ConvolutionLayer convolution:
                PlainLoops.WriteConvolution(writer, method, convolution);
                break;
            case PoolingLayer pooling:
                PlainLoops.WritePooling(writer, method, pooling);
                break;
            default:
                PlainLoops.WriteJoining(writer, method, stage);
                break;
        }
    }
}
