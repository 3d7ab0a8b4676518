using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>
/// One step of a plan: what a kernel computes in one go. A layer, or a convolution with the pooling behind it, when nothing else reads the
/// convolution: then its values never reach memory.
/// </summary>
/// <param name="Layer">The layer.</param>
/// <param name="Sources">The stages that it reads, in the order of its inputs; -1 is the network's input.</param>
public sealed record Stage(Layer Layer, EquatableArray<int> Sources)
{
    /// <summary>The pooling that is computed with the convolution; null where there is none.</summary>
    public PoolingLayer? Pooling { get; init; }

    /// <summary>The layer whose values the stage yields.</summary>
    public Layer Last => Pooling ?? Layer;

    /// <summary>The shape of what the stage yields: channels x height x width, without gaps.</summary>
    public Shape OutputShape => Last.OutputShape;

    /// <summary>The number of values that the stage yields.</summary>
    public int OutputLength => OutputShape.Length;

    /// <summary>The number of values of input <paramref name="index"/>.</summary>
    public int InputLength(int index) => Layer.InputShapeAt(index).Length;

    /// <summary>The weights of the layer; null for a kind that has none.</summary>
    public SparseMatrix? Weights => (Layer as WeightedLayer)?.Weights;

    /// <summary>The stage of a layer that reads one input, the network's.</summary>
    public static Stage Of(Layer layer) => new(layer, new EquatableArray<int>([-1]));
}
