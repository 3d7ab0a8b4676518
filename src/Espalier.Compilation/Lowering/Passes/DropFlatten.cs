using System.Linq;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>
/// Takes out the layers that read an image as a vector, where a dense layer, which does so itself, or nobody is behind them.
/// </summary>
/// <remarks>
/// Before: a valid network. After: a flatten layer is left only where it reads the network's input for the output, or where something other
/// than dense layers reads it, or where it is the last and its source has other readers: then it is a copy. No value has moved. Example: of
/// convolution, flatten, dense the flatten layer goes.
/// </remarks>
internal static class DropFlatten
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "drop flatten layers";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        LayerGraph graph = LayerGraph.Of(lowered.Network);
        int dropped = 0;
        for (int i = 0; i < graph.Count; i++)
        {
            if (graph[i] is not FlattenLayer) continue;
            int source = graph.Sources(i)[0];
            bool isLast = i == graph.Count - 1;
            bool canGo = isLast
                ? source == i - 1 && source != LayerGraph.Input && graph.Readers(source).Count() == 1
                : graph.Readers(i).All(reader => graph[reader] is DenseLayer);
            if (!canGo) continue;
            graph.Bypass(i--);
            dropped++;
        }

        return dropped == 0 ? lowered : lowered.WithGraph(graph).WithNote(Name, $"layers that move no value: {dropped}");
    }
}
