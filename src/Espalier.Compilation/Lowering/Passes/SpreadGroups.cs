using System.Collections.Generic;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>
/// Makes convolutions of one group of those with several, depthwise ones among them: the weights that a filter does not have for other
/// groups' channels are zeros like any other, and the passes behind need not think of groups when they remove filters and channels.
/// </summary>
/// <remarks>
/// Before: a valid network. After: every convolution has one group; each filter has the same weights for the same inputs in the same order.
/// Example: a depthwise convolution of two filters of 1x1 with the weights 3 and 4 becomes one with the rows <c>0:3</c> and <c>1:4</c>.
/// </remarks>
internal static class SpreadGroups
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "spread groups";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        LayerGraph graph = LayerGraph.Of(lowered.Network);
        var spread = new List<string>();
        for (int i = 0; i < graph.Count; i++)
        {
            if (graph[i] is not ConvolutionLayer { Groups: > 1 } layer) continue;
            spread.Add(layer.Name);
            graph[i] = Spread(layer);
        }

        return spread.Count == 0
            ? lowered
            : lowered.WithGraph(graph).WithNote(Name, $"convolutions in groups: {string.Join(", ", spread)}");
    }

    private static ConvolutionLayer Spread(ConvolutionLayer layer)
    {
        SparseMatrix weights = layer.Weights;
        var columns = new int[weights.Count];
        for (int filter = 0; filter < weights.Rows; filter++)
        {
            int first = layer.FirstChannel(filter) * layer.Window.Length;
            for (int i = weights.RowStart(filter); i < weights.RowStart(filter + 1); i++) columns[i] = first + weights.ColumnIndex(i);
        }

        return layer with
        {
            Groups = 1,
            Weights = new SparseMatrix(
                weights.Rows, checked(layer.Input.Channels * layer.Window.Length), (int[])weights.RawRowStarts.Clone(), columns,
                (float[])weights.RawValues.Clone(), weights.Codebook),
        };
    }
}
