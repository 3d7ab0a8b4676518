using System;
using System.Linq;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>Counts the network's inputs that nothing reads. They stay, because the caller hands over all of them.</summary>
/// <remarks>
/// Before and after: the same network. Example: when the columns 0 and 783 of a first layer over 784 inputs hold no weight, the note says
/// "inputs that no unit reads: 2 of 784".
/// </remarks>
internal static class NoteUnreadInputs
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "note unread inputs";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        LayerGraph graph = LayerGraph.Of(lowered.Network);
        var read = new bool[lowered.Header.InputLength];
        for (int i = 0; i < graph.Count; i++)
        {
            if (graph.Sources(i).Contains(LayerGraph.Input)) Mark(graph[i], read);
        }

        int unread = Array.FindAll(read, isRead => !isRead).Length;
        return unread == 0 ? lowered : lowered.WithNote(Name, $"inputs that no unit reads: {unread} of {read.Length}");
    }

    private static void Mark(Layer layer, bool[] read)
    {
        if (layer is DenseLayer dense)
        {
            foreach (int column in dense.Weights.RawColumnIndices) read[column] = true;
        }
        else if (layer is ConvolutionLayer convolution)
        {
            foreach (int column in convolution.Weights.RawColumnIndices.Distinct()) Mark(convolution, convolution.Tap(column), read);
        }
        else
        {
            for (int i = 0; i < read.Length; i++) read[i] = true;
        }
    }

    /// <summary>Marks the pixels that a tap comes over.</summary>
    private static void Mark(ConvolutionLayer layer, (int Channel, int Y, int X) tap, bool[] read)
    {
        (Shape input, Shape output) = (layer.Input, layer.OutputShape);
        for (int y = 0; y < output.Height; y++)
        {
            int row = layer.Window.ImageY(y, tap.Y);
            if (row < 0 || row >= input.Height) continue;
            for (int x = 0; x < output.Width; x++)
            {
                int column = layer.Window.ImageX(x, tap.X);
                if (column >= 0 && column < input.Width) read[(tap.Channel * input.Height + row) * input.Width + column] = true;
            }
        }
    }
}
