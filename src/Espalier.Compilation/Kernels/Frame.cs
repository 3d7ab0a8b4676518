using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>The image that a convolution slides over, its padding included.</summary>
internal static class Frame
{
    /// <summary>The shape of the image with its padding.</summary>
    public static Shape Of(ConvolutionLayer layer)
    {
        (Shape input, Window window) = (layer.Input, layer.Window);
        return input with
        {
            Height = checked(input.Height + window.Top + window.Bottom), Width = checked(input.Width + window.Left + window.Right),
        };
    }

    /// <summary>
    /// How many floats behind the first input under the window of a convolution without groups lies the input of the tap that column
    /// <paramref name="column"/> of the weights belongs to.
    /// </summary>
    public static int Distance(ConvolutionLayer layer, int column)
    {
        (int channel, int y, int x) = layer.Tap(column);
        Shape frame = Of(layer);
        return (channel * frame.Height + y * layer.Window.DilationY) * frame.Width + x * layer.Window.DilationX;
    }

    /// <summary>Writes what copies <c>input</c> into <c>work</c> with zeros around it.</summary>
    public static void EmitCopy(CSharpWriter writer, ConvolutionLayer layer)
    {
        (Shape input, Shape frame, Window window) = (layer.Input, Of(layer), layer.Window);
        int first = window.Top * frame.Width + window.Left, beside = frame.Height - input.Height;
        string at = $"(row + row / {input.Height} * {beside}) * {frame.Width} + {first}";
        writer.Line($"work = work.Slice(0, {frame.Length});");
        writer.Line("work.Clear();");
        writer.Open($"for (int row = 0; row < {input.Channels * input.Height}; row++)");
        writer.Line($"input.Slice(row * {input.Width}, {input.Width}).CopyTo(work.Slice({at}));");
        writer.Close();
        writer.Line();
    }
}
