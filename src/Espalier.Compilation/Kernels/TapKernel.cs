using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// A convolution one output at a time: a scalar loop over the taps of a filter that hold a weight, each with the distance of its input from
/// the first input under the window. Where there is padding, the image is copied into a frame of zeros first, so no tap asks where it is.
/// </summary>
internal sealed class TapKernel : Kernel
{
    /// <inheritdoc/>
    public override KernelKind Kind => KernelKind.Table;

    /// <inheritdoc/>
    public override bool Computes(Layer layer) => layer is ConvolutionLayer;

    /// <inheritdoc/>
    public override bool Offers(Stage stage, VectorWidth width) =>
        width == VectorWidth.Scalar && stage.Layer is ConvolutionLayer && stage.Pooling is null;

    /// <inheritdoc/>
    /// <remarks>The figures of <see cref="TableKernel"/>, and a float a cycle for the copy.</remarks>
    public override KernelEstimate Estimate(Stage stage, VectorWidth width)
    {
        var layer = (ConvolutionLayer)stage.Layer;
        Shape output = layer.OutputShape;
        double area = (double)output.Height * output.Width;
        double cycles = area * (1.05 * layer.Weights.Count + (4.0 + ActivationCycles(layer.Activation)) * layer.Weights.Rows)
            + WorkFloats(stage, width);
        long tapBytes = sizeof(float) + (HexTable.FitsShort(Frame.Of(layer).Length) ? sizeof(ushort) : sizeof(int));
        return new KernelEstimate(
            Nanoseconds(cycles), 350, tapBytes * layer.Weights.Count + (sizeof(int) + sizeof(float)) * (long)layer.Weights.Rows);
    }

    /// <inheritdoc/>
    public override int WorkFloats(Stage stage, VectorWidth width)
    {
        var layer = (ConvolutionLayer)stage.Layer;
        return layer.Window.HasPadding ? Frame.Of(layer).Length : 0;
    }

    /// <inheritdoc/>
    public override IEnumerable<string> ScalarFunctions(Stage stage) => [stage.Layer.Activation.Kind.ToString()];

    /// <inheritdoc/>
    public override void Emit(CSharpWriter writer, KernelSite site)
    {
        var layer = (ConvolutionLayer)site.Stage.Layer;
        (string prefix, SparseMatrix weights, Window window) = (site.Method, layer.Weights, layer.Window);
        (Shape output, Shape frame) = (layer.OutputShape, Frame.Of(layer));
        bool isShort = HexTable.FitsShort(frame.Length), isFramed = window.HasPadding;
        string offset = isShort ? "ushort" : "int";
        writer.Open($"internal static void {prefix}(global::System.ReadOnlySpan<float> input, global::System.Span<float> output"
            + $"{(isFramed ? ", global::System.Span<float> work" : "")})");
        writer.Lines(HexTable.EndianCheck);
        writer.Line();
        if (isFramed) Frame.EmitCopy(writer, layer);
        writer.Lines($$"""
            output = output.Slice(0, {{output.Length}});
            global::System.ReadOnlySpan<float> image = {{(isFramed ? "work" : $"input.Slice(0, {frame.Length})")}};
            global::System.ReadOnlySpan<float> weights = {{HexTable.View("float", prefix + "Weights")}};
            global::System.ReadOnlySpan<{{offset}}> columns = {{HexTable.View(offset, prefix + "Taps")}};
            global::System.ReadOnlySpan<int> filterEnds = {{HexTable.View("int", prefix + "FilterEnds")}};
            global::System.ReadOnlySpan<float> biases = {{HexTable.View("float", prefix + "Biases")}};
            int start = 0, next = 0;
            """);
        writer.Open($"for (int filter = 0; filter < {output.Channels}; filter++)");
        writer.Line("int end = filterEnds[filter];");
        writer.Open($"for (int y = 0; y < {output.Height}; y++)");
        writer.Open($"for (int x = 0; x < {output.Width}; x++)");
        string at = $"y * {window.StrideY * frame.Width} + x * {window.StrideX}";
        writer.Line($"global::System.ReadOnlySpan<float> under = image.Slice({at});");
        TableKernel.EmitSum(writer, offset, "biases[filter]", "under");
        writer.Line($"output[next++] = {ActivationSource.Call(layer.Activation, "(p0 + p1) + (p2 + p3)")};");
        writer.Close();
        writer.Close();
        writer.Line();
        writer.Line("start = end;");
        writer.Close();
        EmitSoftmax(writer, layer.Activation);
        writer.Close();
        writer.Line();
        HexTable.Write(writer, prefix + "Weights", weights.RawValues);
        writer.Line();
        int[] distances = [.. weights.RawColumnIndices.Select(column => Frame.Distance(layer, column))];
        if (isShort) HexTable.WriteShorts(writer, prefix + "Taps", distances);
        else HexTable.WriteInts(writer, prefix + "Taps", distances);
        writer.Line();
        HexTable.WriteInts(writer, prefix + "FilterEnds", weights.RawRowStarts, first: 1);
        writer.Line();
        HexTable.Write(writer, prefix + "Biases", layer.Biases.Raw);
    }
}
