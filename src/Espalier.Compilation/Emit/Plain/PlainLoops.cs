using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit.Plain;

/// <summary>Layers as loops in plain C#, over tables of weights where they have any.</summary>
internal static class PlainLoops
{
    /// <summary>The sum of the four partial sums.</summary>
    public const string Sum = "(float)((float)(p0 + p1) + (float)(p2 + p3))";

    private const string Parameters = "(float[] input, float[] output)";

    /// <summary>A dense layer, row by row.</summary>
    public static void WriteDense(CSharpWriter writer, string method, DenseLayer layer)
    {
        writer.Open($"internal static void {method}{Parameters}");
        WriteTableNames(writer, method, isShort: HexTable.FitsShort(layer.Weights.Columns));
        writer.Open($"for (int row = 0; row < {layer.Weights.Rows}; row++)");
        writer.Line($"int j = row == 0 ? 0 : {method}Ends[row - 1], end = {method}Ends[row];");
        WriteSum(writer, $"{method}Biases[row]", "input[columns[{0}]]");
        writer.Line($"output[row] = {ActivationSource.Call(layer.Activation, Sum)};");
        writer.Close();
        WriteSoftmax(writer, layer.Activation);
        writer.Close();
        WriteTables(writer, method, layer, layer.Weights.RawColumnIndices, layer.Weights.Columns);
    }

    /// <summary>A convolution, output by output, over a frame of zeros around the image where there is padding.</summary>
    public static void WriteConvolution(CSharpWriter writer, string method, ConvolutionLayer layer)
    {
        (Window window, Shape input, Shape output, Shape frame) = (layer.Window, layer.Input, layer.OutputShape, Frame.Of(layer));
        bool isFramed = window.HasPadding;
        string image = isFramed ? "frame" : "input";
        writer.Open($"internal static void {method}(float[] input, float[] output{(isFramed ? ", float[] frame" : "")})");
        if (isFramed)
        {
            // What lies around the image is zero from the start, and nothing writes there.
            string to = $"(row + row / {input.Height} * {frame.Height - input.Height}) * {frame.Width} "
                + $"+ {window.Top * frame.Width + window.Left}";
            writer.Open($"for (int row = 0; row < {input.Channels * input.Height}; row++)");
            writer.Line($"global::System.Array.Copy(input, row * {input.Width}, frame, {to}, {input.Width});");
            writer.Close();
            writer.Line();
        }

        WriteTableNames(writer, method, HexTable.FitsShort(frame.Length));
        writer.Line("int next = 0;");
        writer.Open($"for (int filter = 0; filter < {output.Channels}; filter++)");
        writer.Line($"int start = filter == 0 ? 0 : {method}Ends[filter - 1], end = {method}Ends[filter];");
        writer.Open($"for (int y = 0; y < {output.Height}; y++)");
        writer.Open($"for (int x = 0; x < {output.Width}; x++)");
        writer.Line($"int j = start, at = y * {window.StrideY * frame.Width} + x * {window.StrideX};");
        WriteSum(writer, $"{method}Biases[filter]", image + "[at + columns[{0}]]");
        writer.Line($"output[next++] = {ActivationSource.Call(layer.Activation, Sum)};");
        writer.Close();
        writer.Close();
        writer.Close();
        WriteSoftmax(writer, layer.Activation);
        writer.Close();
        WriteTables(writer, method, layer,
            [.. layer.Weights.RawColumnIndices.Select(column => Frame.Distance(layer, column))], frame.Length);
    }

    /// <summary>A pooling, window by window.</summary>
    public static void WritePooling(CSharpWriter writer, string method, PoolingLayer layer)
    {
        writer.Open($"internal static void {method}{Parameters}");
        writer.Line("int next = 0;");
        writer.Open($"for (int channel = 0; channel < {layer.OutputShape.Channels}; channel++)");
        PoolingKernel.EmitLoops(writer, layer);
        writer.Close();
        WriteSoftmax(writer, layer.Activation);
        writer.Close();
    }

    /// <summary>An addition, a concatenation, or an image read as a vector.</summary>
    public static void WriteJoining(CSharpWriter writer, string method, Stage stage)
    {
        Layer layer = stage.Layer;
        string[] inputs = [.. Enumerable.Range(0, layer.InputCount).Select(i => $"input{i}")];
        writer.Open($"internal static void {method}({string.Concat(inputs.Select(input => $"float[] {input}, "))}float[] output)");
        if (layer is AdditionLayer)
        {
            string sum = inputs.Select(input => $"{input}[i]").Aggregate((left, right) => PlainEmitter.Round($"{left} + {right}"));
            writer.Line($"for (int i = 0; i < {stage.OutputLength}; i++) output[i] = {ActivationSource.Call(layer.Activation, sum)};");
        }
        else
        {
            for (int i = 0, start = 0; i < inputs.Length; start += stage.InputLength(i++))
            {
                string value = ActivationSource.Call(layer.Activation, $"{inputs[i]}[i]");
                writer.Line($"for (int i = 0; i < {stage.InputLength(i)}; i++) output[{(start == 0 ? "i" : $"{start} + i")}] = {value};");
            }
        }

        WriteSoftmax(writer, layer.Activation);
        writer.Close();
    }

    /// <summary>Ends a layer's method with what needs all of its values.</summary>
    public static void WriteSoftmax(CSharpWriter writer, Activation activation)
    {
        if (activation.Kind == ActivationKind.Softmax) writer.Line("Softmax(output);");
    }

    private static void WriteTableNames(CSharpWriter writer, string method, bool isShort)
    {
        writer.Line($"float[] weights = {method}Weights;");
        writer.Line($"{PlainTable.IndexType(isShort)}[] columns = {method}Columns;");
    }

    /// <summary>Writes what adds up the terms from <c>j</c> to <c>end</c>: the partial sums p0 to p3.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="bias">The expression that the first partial sum begins with.</param>
    /// <param name="input">The input of a term, {0} its number.</param>
    private static void WriteSum(CSharpWriter writer, string bias, string input)
    {
        writer.Line($"float p0 = {bias}, p1 = -0f, p2 = -0f, p3 = -0f;");
        writer.Open("for (; j <= end - 4; j += 4)");
        for (int k = 0; k < Kernel.PartialSums; k++) writer.Line(Term(k));
        writer.Close();
        writer.Line();
        for (int k = 0; k < Kernel.PartialSums - 1; k++) writer.Line($"if (j {(k == 0 ? "" : $"+ {k} ")}< end) {Term(k)}");

        string Term(int k)
        {
            string at = k == 0 ? "j" : $"j + {k}";
            return $"p{k} = (float)(p{k} + (float)({input.Replace("{0}", at)} * weights[{at}]));";
        }
    }

    private static void WriteTables(CSharpWriter writer, string method, WeightedLayer layer, int[] columns, int columnCount)
    {
        writer.Line();
        PlainTable.Write(writer, method + "Weights", layer.Weights.RawValues);
        writer.Line();
        PlainTable.Write(writer, method + "Columns", columns, HexTable.FitsShort(columnCount));
        writer.Line();
        PlainTable.Write(writer, method + "Ends", [.. layer.Weights.RawRowStarts.Skip(1)], isShort: false);
        writer.Line();
        PlainTable.Write(writer, method + "Biases", layer.Biases.Raw);
    }
}
