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
            global::System.ReadOnlySpan<{{offset}}> taps = {{HexTable.View(offset, prefix + "Taps")}};
            global::System.ReadOnlySpan<int> filterEnds = {{HexTable.View("int", prefix + "FilterEnds")}};
            global::System.ReadOnlySpan<float> biases = {{HexTable.View("float", prefix + "Biases")}};
            int start = 0, next = 0;
            for (int filter = 0; filter < {{output.Channels}}; filter++)
            {
                int end = filterEnds[filter];
                for (int y = 0; y < {{output.Height}}; y++)
                {
                    for (int x = 0; x < {{output.Width}}; x++)
                    {
                        global::System.ReadOnlySpan<float> under = image.Slice(y * {{window.StrideY * frame.Width}} + x * {{window.StrideX}});
                        global::System.ReadOnlySpan<float> w = weights.Slice(start, end - start);
                        global::System.ReadOnlySpan<{{offset}}> t = taps.Slice(start, end - start);
                        float p0 = biases[filter], p1 = -0f, p2 = -0f, p3 = -0f;
                        while (w.Length >= 4 && t.Length >= 4)
                        {
                            p0 += under[t[0]] * w[0];
                            p1 += under[t[1]] * w[1];
                            p2 += under[t[2]] * w[2];
                            p3 += under[t[3]] * w[3];
                            w = w.Slice(4);
                            t = t.Slice(4);
                        }

                        if (w.Length > 0) p0 += under[t[0]] * w[0];
                        if (w.Length > 1) p1 += under[t[1]] * w[1];
                        if (w.Length > 2) p2 += under[t[2]] * w[2];
                        output[next++] = {{ActivationSource.Call(layer.Activation, "(p0 + p1) + (p2 + p3)")}};
                    }
                }

                start = end;
            }
            """);
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
