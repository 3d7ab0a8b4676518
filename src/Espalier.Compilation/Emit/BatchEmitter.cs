using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Kernels.Batch;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit;

/// <summary>
/// Writes what predicts many samples: the body of the surface's partial method, and in a file of its own the tables and for each register
/// width a class that takes tiles of samples through the layers.
/// </summary>
internal sealed class BatchEmitter
{
    private static readonly Lazy<VectorSections> s_kernels = new(
        () => new VectorSections("Espalier.Compilation.Kernels.Batch.BatchKernels.txt"), LazyThreadSafetyMode.PublicationOnly);

    private readonly LoweredNetwork _lowered;
    private readonly VectorWidth[] _widths;

    /// <summary>Prepares the batch code of <paramref name="lowered"/>.</summary>
    public BatchEmitter(LoweredNetwork lowered)
    {
        _lowered = lowered;
        _widths = BatchPlan.Of(lowered) is null ? [] : lowered.Options.VectorWidths;
    }

    private BatchPlan Plan => BatchPlan.Of(_lowered)!;

    private bool ScattersFours => _lowered.Header.OutputLength >= BatchInputs.GroupInputs;

    /// <summary>The functions over registers that the code calls and that other kernels use, too.</summary>
    public IEnumerable<(VectorWidth Width, string Name)> SharedFunctions()
    {
        foreach (VectorWidth width in _widths)
        {
            foreach (string name in (string[])["First", "Next", "Load", "Store", "MultiplyAdd"]) yield return (width, name);
            foreach (string name in (string[])["Load", "Store"]) yield return (VectorWidth.Vector128, name);
            foreach (ActivationKind kind in Plan.Layers.Select(layer => layer.Activation.Kind))
            {
                if (kind == ActivationKind.Softmax) yield return (width, "Exp");
                else if (!IsInKernel(kind)) yield return (width, kind.ToString());
            }
        }
    }

    /// <summary>Whether there is code for vectors, and so a file of its own.</summary>
    public bool HasVectors => _widths.Length > 0;

    /// <summary>The body of the partial method: tiles for the widest registers that there are, the rest one by one.</summary>
    public void WriteCore(CSharpWriter writer)
    {
        writer.Open($"static partial void {SurfaceEmitter.PredictBatchCore}("
            + "global::System.ReadOnlySpan<float> inputs, global::System.Span<float> outputs)");
        writer.Line("int done = 0;");
        string otherwise = "";
        foreach (VectorWidth width in _widths)
        {
            string call = $"{KernelEmitter.NestedClass}.{ClassOf(width)}.Predict(inputs, outputs)";
            writer.Line($"{otherwise}if ({width.Condition()}) done = {call};");
            otherwise = "else ";
        }

        writer.Open("for (; done < inputs.Length / InputLength; done++)");
        string sample = "inputs.Slice(done * InputLength, InputLength), outputs.Slice(done * OutputLength, OutputLength)";
        writer.Line($"{SurfaceEmitter.PredictCore}({sample});");
        writer.Close();
        writer.Close();
    }

    /// <summary>The file of the tables and classes.</summary>
    public EmittedFile Emit(EmitOptions options)
    {
        var writer = new CSharpWriter(1 << 16);
        FileHead.WriteMark(writer, Head());

        // Registers are put together from halves, so the widths below the widest are named too.
        VectorWidth[] named = [.. Simd.Widths.Where(width => width <= _widths[0])];
        KernelEmitter.OpenClass(writer, options, named);
        writer.Open($"private static partial class {KernelEmitter.NestedClass}");
        WriteTables(writer);
        foreach (VectorWidth width in _widths)
        {
            writer.Line();
            WriteWidth(writer, width);
        }

        writer.Close();
        writer.Close();
        return new EmittedFile(options.HintPrefix + ".Batch.g.cs", KernelEmitter.WithoutUnusedAliases(writer.ToString(), named));
    }

    private static bool IsInKernel(ActivationKind kind) => kind is ActivationKind.Identity or ActivationKind.Relu;

    private static string ClassOf(VectorWidth width) => $"Batch{width.Bits()}";

    private IEnumerable<string> Head()
    {
        yield return $"The batch kernels of the network '{_lowered.Header.Name}': samples in lanes, a tile of {BatchPlan.TileRegisters} "
            + $"registers of them through {(Plan.IsWhole ? "all layers" : $"the layers from {Plan.Layers[0].Name} on")} before the next.";
        yield return "";
        yield return "Order of summation: a sum starts at the bias; the terms are added one after the other, tile of inputs by tile,";
        yield return "in a tile first those whose input the other row of the pair reads too. Multiplication and addition are fused where";
        yield return "the processor can: results differ from those of Predict by rounding. A NaN or an infinity reaches the outputs of its";
        yield return "own sample that depend on it, and nothing else.";
    }

    private void WriteTables(CSharpWriter writer)
    {
        HexTable.WriteInts(writer, "BatchInputColumns", [.. Plan.Inputs.Columns]);
        if (Plan.Inputs.HasGroups)
        {
            writer.Line();
            HexTable.WriteBytes(writer, "BatchInputPlaces", Plan.Inputs.Places);
        }

        if (Plan.Tables[0].Tiling.Count > 1)
        {
            writer.Line();
            HexTable.WriteInts(writer, "BatchInputStarts", [.. Plan.Inputs.Starts]);
        }

        for (int i = 0; i < Plan.Tables.Count; i++)
        {
            BatchTables tables = Plan.Tables[i];
            writer.Line();
            HexTable.WriteBytes(writer, $"Batch{i}Counts", tables.Steps);
            writer.Line();
            HexTable.WriteBytes(writer, $"Batch{i}Places", tables.Indices);
            writer.Line();
            HexTable.Write(writer, $"Batch{i}Weights", [.. tables.Weights]);
            writer.Line();
            HexTable.Write(writer, $"Batch{i}Biases", tables.Biases);
            if (tables.Tiling.Count == 1) continue;
            writer.Line();
            HexTable.WriteInts(writer, $"Batch{i}Starts", tables.Starts);
        }
    }

    private void WriteWidth(CSharpWriter writer, VectorWidth width)
    {
        writer.Line($"/// <summary>Samples in registers of {width.Bits()} bits.</summary>");
        writer.Open($"internal static class {ClassOf(width)}");
        writer.Lines($"""
            /// <summary>The samples in a register.</summary>
            private const int Lanes = {width.Lanes()};

            /// <summary>The samples that go through all layers together.</summary>
            private const int TileSamples = {BatchPlan.TileRegisters} * Lanes;

            /// <summary>A tile takes as long for a few samples as for all of its own: fewer than this are predicted one by one.</summary>
            private const int FewestSamples = {BatchCost.FewestSamples(Plan, _lowered, width)};

            """);
        if (!Plan.IsWhole)
        {
            writer.Lines($"""
                /// <summary>The values of a sample that {Plan.Layers[0].Name} reads, where the tiles begin.</summary>
                private const int InputLength = {Plan.InputLength};

                """);
        }

        WritePredict(writer, width);
        writer.Line();
        WriteTile(writer, width);
        List<(VectorWidth, string)> names = [(width, "Entry"), (width, "Pairs")];
        names.Add((width, Plan.Inputs.HasGroups ? "GatherFours" : "GatherOnes"));
        names.Add((width, ScattersFours ? "ScatterFours" : "ScatterOnes"));
        if (!Plan.IsWhole) names.Add((width, "Sample"));
        if (Plan.Layers.Any(layer => layer.Activation.Kind == ActivationKind.Softmax)) names.Add((width, "Softmax"));
        foreach (string function in s_kernels.Value.FunctionsFor(names))
        {
            writer.Line();
            writer.Lines(function);
        }

        writer.Close();
    }

    /// <summary>The method that takes whole tiles, and says how many samples are done.</summary>
    private void WritePredict(CSharpWriter writer, VectorWidth width)
    {
        // Behind the panels lie the values that the layers before leave, a row for each sample.
        int panels = checked(Plan.PanelRows * BatchPlan.TileSamples(width)),
            rows = Plan.IsWhole ? 0 : BatchPlan.TileSamples(width) * Plan.InputLength;
        int floats = checked(panels + rows + ScratchPlan.AlignmentSlack);
        bool isOnStack = floats <= SurfaceEmitter.MaxStackFloats;
        if (!isOnStack)
        {
            writer.Line("[global::System.ThreadStatic]");
            writer.Line("private static float[] s_panels;");
            writer.Line();
        }

        writer.Line("/// <summary>Predicts the samples that tiles are made of, and says how many those are, from the first on.</summary>");
        writer.Open("internal static int Predict(global::System.ReadOnlySpan<float> inputs, global::System.Span<float> outputs)");
        writer.Lines(HexTable.EndianCheck);
        writer.Lines($$"""

            int count = inputs.Length / {{(Plan.IsWhole ? "InputLength" : CSharpWriter.Number(_lowered.Header.InputLength))}}, done = 0;
            if (count < FewestSamples) return 0;
            global::System.Span<float> memory = {{(isOnStack ? $"stackalloc float[{floats}]" : "Panels()")}};
            ref float panels = ref First(memory);
            panels = ref Next(ref panels, ToBoundary(ref panels));
            """);
        if (!Plan.IsWhole) writer.Line($"global::System.Span<float> rows = memory.Slice(memory.Length - {rows});");
        writer.Open("for (; count - done >= FewestSamples; done += TileSamples)");
        if (Plan.IsWhole) writer.Line("PredictTile(ref First(inputs), ref First(outputs), done, count - Lanes, ref panels);");
        else WriteRows(writer, width);
        writer.Close();
        writer.Line();
        writer.Line("return global::System.Math.Min(done, count);");
        writer.Close();
        if (isOnStack) return;
        writer.Lines($$"""

            /// <summary>The memory between the layers: one pinned buffer a thread, so that it stays aligned.</summary>
            private static global::System.Span<float> Panels() =>
                s_panels ??= global::System.GC.AllocateUninitializedArray<float>({{floats}}, pinned: true);
            """);
    }

    /// <summary>The statements that compute the rows of a tile sample by sample, and then the tile.</summary>
    private void WriteRows(CSharpWriter writer, VectorWidth width)
    {
        int length = _lowered.Header.InputLength;
        string single = PlanEmitter.ClassOf(BatchCost.PlanFor(_lowered, width));
        writer.Open("for (int sample = 0; sample < global::System.Math.Min(TileSamples, count - done); sample++)");
        writer.Line($"{single}.{PlanEmitter.PredictRow}("
            + $"inputs.Slice((done + sample) * {length}, {length}), rows.Slice(sample * InputLength, InputLength));");
        writer.Close();
        writer.Line();
        writer.Line(
            "PredictTile(ref First(rows), ref Sample(ref First(outputs), done, OutputLength), 0, count - done - Lanes, ref panels);");
    }

    /// <summary>The method that takes one tile through all layers.</summary>
    private void WriteTile(CSharpWriter writer, VectorWidth width)
    {
        writer.Lines("""
            /// <summary>
            /// Predicts the samples of one tile. A register of them that would reach behind the last sample begins earlier, at
            /// <paramref name="last"/>, and computes what it reaches back to a second time.
            /// </summary>
            """);
        writer.Open("private static void PredictTile(ref float inputs, ref float outputs, int first, int last, ref float panels)");
        writer.Line($"ref float x = ref Row(ref panels, {Plan.PanelOffsets[0]});");
        for (int i = 0; i < Plan.Layers.Count; i++) WriteLayer(writer, width, i);
        writer.Line();
        writer.Line($"Scatter(ref layer{Plan.Layers.Count - 1}, ref outputs, first, last);");
        writer.Close();
    }

    private void WriteLayer(CSharpWriter writer, VectorWidth width, int index)
    {
        DenseLayer layer = Plan.Layers[index];
        BatchTables tables = Plan.Tables[index];
        bool isFirst = index == 0, isTiled = tables.Tiling.Count > 1;
        writer.Line();
        writer.Line($"// {layer.Name}: {layer.Weights.Columns} -> {layer.Weights.Rows}");
        writer.Line($"ref float layer{index} = ref Row(ref panels, {Plan.PanelOffsets[index + 1]});");
        if (isTiled)
        {
            writer.Open($"for (int tile = 0; tile < {tables.Tiling.Count}; tile++)");
            if (isFirst) WriteGather(writer, "Entry<int>(BatchInputStarts, tile)", "Entry<int>(BatchInputStarts, tile + 1)");
            string starts = $"Batch{index}Starts";
            writer.Line($"int place = Entry<int>({starts}, 2 * tile), weight = Entry<int>({starts}, 2 * tile + 1);");
        }
        else if (isFirst)
        {
            WriteGather(writer, "0", CSharpWriter.Number(Plan.Inputs.Columns.Count));
        }

        string input = isFirst ? "x" : isTiled ? $"Row(ref layer{index - 1}, tile * {tables.Tiling.Width})" : $"layer{index - 1}";
        string ends = isTiled ? $"tile == 0, tile == {tables.Tiling.Count - 1}" : "true, true";
        string floor = layer.Activation.Kind == ActivationKind.Relu ? "0f" : "float.NegativeInfinity";
        (string pair, string place, string weight) = isTiled ? ($"tile * {tables.Pairs}", "place", "weight") : ("0", "0", "0");
        writer.Line("Pairs(");
        writer.Line($"    ref {input}, ref layer{index}, {tables.Pairs}, {ends}, {floor},");
        writer.Line($"    ref Entry<uint>(Batch{index}Counts, {pair}), ref Entry<byte>(Batch{index}Places, {place}),");
        writer.Line($"    ref Entry<float>(Batch{index}Weights, {weight}), ref Entry<float>(Batch{index}Biases, 0));");
        if (isTiled) writer.Close();
        WriteActivation(writer, width, index);
    }

    private void WriteGather(CSharpWriter writer, string start, string end)
    {
        if (start != "0") writer.Line($"int input = {start}, inputEnd = {end};");
        (string at, string count) = start == "0" ? ("0", end) : ("input", "inputEnd - input");
        string places = Plan.Inputs.HasGroups ? $", ref Entry<uint>(BatchInputPlaces, {at})" : "";
        writer.Line($"Gather(ref inputs, first, last, ref x, {count}, ref Entry<int>(BatchInputColumns, {at}){places});");
    }

    /// <summary>Applies what the kernel does not, to all registers of the panel.</summary>
    private void WriteActivation(CSharpWriter writer, VectorWidth width, int index)
    {
        Activation activation = Plan.Layers[index].Activation;
        int rows = Plan.Layers[index].Weights.Rows;
        if (activation.Kind == ActivationKind.Softmax)
        {
            writer.Line($"Softmax(ref layer{index}, {rows});");
        }
        else if (!IsInKernel(activation.Kind))
        {
            string value = ActivationSource.Call(activation, $"Load{width.Bits()}(ref layer{index}, i)");
            writer.Open($"for (nuint i = 0; i < {rows} * TileSamples; i += Lanes)");
            writer.Line($"Store({value}, ref layer{index}, i);");
            writer.Close();
        }
    }
}
