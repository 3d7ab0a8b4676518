using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// Pooling one output at a time, the values under the window row by row. A small window that never leaves the image is one expression; any
/// other one is two loops over the taps that lie within the image. The mean of whole images is taken in registers.
/// </summary>
internal sealed class PoolingKernel : Kernel
{
    /// <summary>The most taps that are written out.</summary>
    private const int MaxWrittenTaps = 16;

    /// <summary>The most registers of an image that are written out.</summary>
    private const int MaxWrittenRegisters = 32;

    /// <inheritdoc/>
    public override KernelKind Kind => KernelKind.Loop;

    /// <inheritdoc/>
    public override bool Computes(Layer layer) => layer is PoolingLayer;

    /// <inheritdoc/>
    /// <remarks>In registers an image must fill one at least.</remarks>
    public override bool Offers(Stage stage, VectorWidth width) => stage.Layer is PoolingLayer layer && (width == VectorWidth.Scalar
        || (IsMeanOfImages(layer) && layer.Activation.Kind == ActivationKind.Identity && layer.Window.Length >= width.Lanes()
            && layer.Window.Length <= MaxWrittenRegisters * width.Lanes()));

    /// <inheritdoc/>
    public override KernelEstimate Estimate(Stage stage, VectorWidth width)
    {
        var layer = (PoolingLayer)stage.Layer;
        if (width != VectorWidth.Scalar)
        {
            // A load and an addition a register, and the sum of its lanes.
            double image = 1.0 * layer.Window.Length / width.Lanes() + 12;
            return new KernelEstimate(Nanoseconds(image * stage.OutputLength), 300, 0);
        }

        double tap = layer.Kind == PoolingKind.Max ? 4 : 2;
        double cycles = (3 + tap * layer.Window.Length + ActivationCycles(layer.Activation)) * stage.OutputLength;
        return new KernelEstimate(Nanoseconds(cycles), 300, 0);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Functions(Stage stage) => ["First", "Next", "Load"];

    /// <inheritdoc/>
    public override IEnumerable<string> ScalarFunctions(Stage stage) => stage.Layer is PoolingLayer { Kind: PoolingKind.Max }
        ? [stage.Layer.Activation.Kind.ToString(), "Larger"]
        : [stage.Layer.Activation.Kind.ToString()];

    /// <inheritdoc/>
    public override void Emit(CSharpWriter writer, KernelSite site)
    {
        var layer = (PoolingLayer)site.Stage.Layer;
        Shape output = layer.OutputShape;
        writer.Open($"internal static void {site.Method}{LayerParameters}");
        writer.Line($"input = input.Slice(0, {layer.Input.Length});");
        writer.Line($"output = output.Slice(0, {output.Length});");
        if (site.Width != VectorWidth.Scalar)
        {
            EmitMeans(writer, layer, site.Width);
            writer.Close();
            return;
        }

        writer.Line("int next = 0;");
        writer.Open($"for (int channel = 0; channel < {output.Channels}; channel++)");
        if (StaysInside(layer) && layer.Window.Length <= MaxWrittenTaps) EmitExpression(writer, layer);
        else EmitLoops(writer, layer);
        writer.Close();
        EmitSoftmax(writer, layer.Activation);
        writer.Close();
    }

    /// <summary>Whether a window is a whole image.</summary>
    private static bool IsMeanOfImages(PoolingLayer layer) => layer.Kind == PoolingKind.Average
        && layer.Window == new Window(layer.Input.Height, layer.Input.Width)
            { StrideY = layer.Window.StrideY, StrideX = layer.Window.StrideX };

    /// <summary>
    /// The mean of each image, in registers by turns added to two sums; the last one begins earlier, and leaves out what the one before
    /// has.
    /// </summary>
    private static void EmitMeans(CSharpWriter writer, PoolingLayer layer, VectorWidth width)
    {
        int length = layer.Window.Length, lanes = width.Lanes(), bits = width.Bits(), rest = length % lanes;
        writer.Open($"for (int channel = 0; channel < {layer.Input.Channels}; channel++)");
        writer.Line($"ref float image = ref Next(ref First(input), channel * {length});");
        List<string> registers = [.. Enumerable.Range(0, length / lanes).Select(i => $"Load{bits}(ref image, {i * lanes})")];
        if (rest > 0)
        {
            string mask = string.Join(", ", Enumerable.Range(0, lanes).Select(lane => lane < lanes - rest ? 0 : -1));
            registers.Add($"(Load{bits}(ref image, {length - lanes}) & Simd{bits}.AsSingle(Simd{bits}.Create({mask})))");
        }

        writer.Line($"Floats{bits} sum = {registers[0]}{(registers.Count > 1 ? $", other = {registers[1]}" : "")};");
        for (int i = 2; i < registers.Count; i++) writer.Line($"{(i % 2 == 0 ? "sum" : "other")} += {registers[i]};");
        string whole = registers.Count > 1 ? "sum + other" : "sum";
        writer.Line($"output[channel] = Simd{bits}.Sum({whole}) / {length}f;");
        writer.Close();
    }

    /// <summary>Whether no window reaches outside the image.</summary>
    private static bool StaysInside(PoolingLayer layer)
    {
        (Window window, Shape output) = (layer.Window, layer.OutputShape);
        return !window.HasPadding
            && window.ImageY(output.Height - 1, window.Height - 1) < layer.Input.Height
            && window.ImageX(output.Width - 1, window.Width - 1) < layer.Input.Width;
    }

    private static void EmitExpression(CSharpWriter writer, PoolingLayer layer)
    {
        (Window window, Shape input, Shape output) = (layer.Window, layer.Input, layer.OutputShape);
        string[] taps = [.. from y in Enumerable.Range(0, window.Height)
                            from x in Enumerable.Range(0, window.Width)
                            select $"under[{y * window.DilationY * input.Width + x * window.DilationX}]"];
        string pooled = layer.Kind == PoolingKind.Max
            ? taps.Aggregate((left, right) => $"Larger({left}, {right})")
            : $"({string.Join(" + ", taps)}) / {window.Length}f";
        int span = (window.Height - 1) * window.DilationY * input.Width + (window.Width - 1) * window.DilationX + 1;
        string at = $"channel * {input.Height * input.Width} + y * {window.StrideY * input.Width} + x * {window.StrideX}";
        writer.Open($"for (int y = 0; y < {output.Height}; y++)");
        writer.Open($"for (int x = 0; x < {output.Width}; x++)");
        writer.Line($"global::System.ReadOnlySpan<float> under = input.Slice({at}, {span});");
        writer.Line($"output[next++] = {ActivationSource.Call(layer.Activation, pooled)};");
        writer.Close();
        writer.Close();
    }

    /// <summary>The loops over the windows of a channel, rounding each result to float as plain C# has to.</summary>
    internal static void EmitLoops(CSharpWriter writer, PoolingLayer layer)
    {
        (Window window, Shape input, Shape output) = (layer.Window, layer.Input, layer.OutputShape);
        bool isMax = layer.Kind == PoolingKind.Max;
        const string Min = "global::System.Math.Min", Max = "global::System.Math.Max";
        writer.Open($"for (int y = 0; y < {output.Height}; y++)");
        EmitRange("y", "top", "firstRow", "endRow", window.StrideY, window.Top, window.DilationY, window.Height, input.Height);
        writer.Open($"for (int x = 0; x < {output.Width}; x++)");
        EmitRange("x", "left", "firstColumn", "endColumn", window.StrideX, window.Left, window.DilationX, window.Width, input.Width);
        writer.Line($"float pooled = {(isMax ? "float.NegativeInfinity" : "-0f")};");
        writer.Open("for (int row = firstRow; row < endRow; row++)");
        writer.Line($"int start = channel * {input.Height * input.Width} + (top + row * {window.DilationY}) * {input.Width} + left;");
        writer.Open("for (int column = firstColumn; column < endColumn; column++)");
        string tap = $"input[start + column * {window.DilationX}]";
        writer.Line($"pooled = {(isMax ? $"Larger(pooled, {tap})" : $"(float)(pooled + {tap})")};");
        writer.Close();
        writer.Close();
        writer.Line();
        if (!isMax && layer.CountPadding)
        {
            writer.Line($"int rows = {Ends("top", window.DilationY, window.Height, input.Height + window.Bottom)};");
            writer.Line($"int columns = {Ends("left", window.DilationX, window.Width, input.Width + window.Right)};");
        }

        string divisor = layer.CountPadding ? "rows * columns" : "(endRow - firstRow) * (endColumn - firstColumn)";
        writer.Line($"output[next++] = {ActivationSource.Call(layer.Activation, isMax ? "pooled" : $"(float)(pooled / ({divisor}))")};");
        writer.Close();
        writer.Close();

        void EmitRange(string at, string start, string first, string end, int stride, int before, int dilation, int taps, int length)
        {
            writer.Line($"int {start} = {at} * {stride} - {before};");
            writer.Line($"int {first} = {Max}(0, ({dilation - 1} - {start}) / {dilation}), {end} = {Ends(start, dilation, taps, length)};");
        }

        static string Ends(string start, int dilation, int taps, int length) =>
            $"{Min}({taps}, ({length + dilation - 1} - {start}) / {dilation})";
    }
}
