using Espalier.Compilation.Model;

namespace Espalier.Compression.Container;

/// <summary>What the head of a layer says: the whole layer, or what is to be read yet.</summary>
internal sealed record LayerHeadResult
{
    /// <summary>A layer whose head is all of it.</summary>
    public LayerHeadResult(Layer layer) => Layer = layer;

    /// <summary>A layer of weights.</summary>
    public LayerHeadResult(int outputs, int columns, Func<SparseMatrix, FloatVector, WeightedLayer> make) =>
        (Outputs, Columns, Make) = (outputs, columns, make);

    /// <summary>The layer, unless weights follow.</summary>
    public Layer? Layer { get; }

    /// <summary>The number of rows of weights.</summary>
    public int Outputs { get; }

    /// <summary>The number of weights that a row may have.</summary>
    public int Columns { get; }

    /// <summary>Makes the layer of its weights and biases.</summary>
    public Func<SparseMatrix, FloatVector, WeightedLayer>? Make { get; }
}
