namespace Espalier.Interchange.Import;

/// <summary>A value of an ONNX graph while it is turned into layers.</summary>
/// <param name="Dims">The length of each axis; of a batch, for one sample.</param>
internal abstract record GraphValue(int[] Dims)
{
    /// <summary>
    /// The axis along which the samples of a batch lie, -1 when there is none. Its length is 1: layers are made for one sample.
    /// </summary>
    public virtual int Batch => -1;

    /// <summary>The number of axes.</summary>
    public int Rank => Dims.Length;

    /// <summary>The number of elements.</summary>
    public int Length => Tensors.Count(Dims);

    /// <summary>The same elements seen in another order.</summary>
    public abstract GraphValue Seen(Layout layout);
}
