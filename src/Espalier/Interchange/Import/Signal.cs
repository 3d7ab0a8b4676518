namespace Espalier.Interchange.Import;

/// <summary>
/// A value that depends on the model's input: a view of what one layer yields. Transposing, reshaping and cutting change the view alone,
/// and whoever reads it takes the elements from where they lie; so the transpositions that exporters put around layers cost nothing.
/// </summary>
/// <param name="Source">The layer viewed; -1 is the network's input.</param>
/// <param name="Dims">The length of each axis; of a batch, for one sample.</param>
/// <param name="Map">
/// Where in the layer's values, channel after channel and row after row, each element lies, -1 for a zero of padding; null when
/// the view is all of them in their order.
/// </param>
/// <param name="BatchAxis">See <see cref="GraphValue.Batch"/>.</param>
/// <param name="IsShared">Whether others read the same layer's values, so that they must stay what they are.</param>
internal sealed record Signal(int Source, int[] Dims, int[]? Map, int BatchAxis, bool IsShared) : GraphValue(Dims)
{
    /// <inheritdoc/>
    public override int Batch => BatchAxis;

    /// <summary>Where element <paramref name="index"/> lies in the layer's values.</summary>
    public int At(int index) => Map is null ? index : Map[index];

    /// <inheritdoc/>
    public override Signal Seen(Layout layout)
    {
        int[]? map = layout.Map is not int[] next ? Map : Map is null ? next : Array.ConvertAll(next, index => index < 0 ? -1 : Map[index]);
        return this with { Dims = layout.Dims, Map = map, BatchAxis = layout.Batch };
    }

    /// <summary>The view of <paramref name="layer"/> in which its values in their order are the elements of this one in theirs.</summary>
    public Signal On(int layer) => this with { Source = layer, Map = null, IsShared = false };
}
