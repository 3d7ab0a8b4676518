using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>Removes stored weights that are zero (+0 or -0): a zero weight is no weight, as in the reference interpreter.</summary>
/// <remarks>
/// Before: a valid network. After: no stored weight is zero; units, filters, biases and all other weights are as they were.
/// Example: the row <c>0:0.5 3:0 7:-1</c> becomes <c>0:0.5 7:-1</c>.
/// </remarks>
internal static class DropZeroWeights
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "drop zero weights";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        LayerGraph graph = LayerGraph.Of(lowered.Network);
        int dropped = 0;
        for (int i = 0; i < graph.Count; i++)
        {
            if (graph[i] is not WeightedLayer layer) continue;
            SparseMatrix kept = MatrixEdit.KeepEntries(layer.Weights, static (_, _, weight) => weight != 0);
            dropped += layer.Weights.Count - kept.Count;
            graph[i] = layer with { Weights = kept };
        }

        return dropped == 0 ? lowered : lowered.WithGraph(graph).WithNote(Name, $"stored zeros removed: {dropped}");
    }
}
