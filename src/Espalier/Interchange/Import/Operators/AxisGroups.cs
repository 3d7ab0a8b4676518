namespace Espalier.Interchange.Import.Operators;

/// <summary>The elements of a value in groups, each of all elements along some axes.</summary>
internal sealed class AxisGroups
{
    private readonly int[] _axes;
    private readonly bool _keepsAxes;

    private AxisGroups(int[] dims, int[][] elements, int[] axes, bool keepsAxes) =>
        (Dims, Elements, _axes, _keepsAxes) = (dims, elements, axes, keepsAxes);

    /// <summary>The axes that index the groups.</summary>
    public int[] Dims { get; }

    /// <summary>The elements of each group, in the order of the value.</summary>
    public int[][] Elements { get; }

    /// <summary>The number of elements of a group.</summary>
    public int Size => Elements[0].Length;

    /// <summary>Groups the elements of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="axes">The axes along which elements are of one group.</param>
    /// <param name="keepsAxes">Whether those axes stay, with length 1.</param>
    public static AxisGroups Of(GraphValue value, int[] axes, bool keepsAxes)
    {
        int[] others = [.. Enumerable.Range(0, value.Rank).Except(axes)], order = [.. others, .. axes.Order()];
        int[]? map = Layout.Transposed(value, order).Map;
        int size = Tensors.Count(Array.ConvertAll(axes, axis => value.Dims[axis]));
        if (size == 0 || value.Length == 0) throw new EspalierException("reads no value.");
        int[] all = map ?? [.. Enumerable.Range(0, value.Length)];
        int[] dims = keepsAxes
            ? [.. value.Dims.Select((length, axis) => axes.Contains(axis) ? 1 : length)]
            : Array.ConvertAll(others, axis => value.Dims[axis]);
        return new AxisGroups(dims, [.. all.Chunk(size)], axes, keepsAxes);
    }

    /// <summary>One number for each group of a constant's elements.</summary>
    public ConstantTensor Fold(ConstantTensor constant, Func<IEnumerable<double>, double> function) =>
        new(Dims, Array.ConvertAll(Elements, group => function(group.Select(element => constant.Values[element]))), constant.IsInteger);

    /// <summary>Checks that no group holds several samples of a batch.</summary>
    /// <exception cref="EspalierException">One does.</exception>
    public void RequireBatch(GraphValue value)
    {
        if (_axes.Contains(value.Batch)) throw new BatchException("computes over the samples of a batch; each must stay by itself.");
    }

    /// <summary>The axis of the batch among <see cref="Dims"/>.</summary>
    public int BatchAfter(GraphValue value) =>
        value.Batch < 0 || _keepsAxes ? value.Batch : value.Batch - _axes.Count(axis => axis < value.Batch);
}
