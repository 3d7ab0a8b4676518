namespace Espalier.Interchange.Import;

/// <summary>How a value's elements are seen anew.</summary>
/// <param name="Dims">The length of each new axis.</param>
/// <param name="Map">The old position of each new element, -1 for a zero; null when none moves.</param>
/// <param name="Batch">The axis of the batch, -1 for none.</param>
internal readonly record struct Layout(int[] Dims, int[]? Map, int Batch)
{
    /// <summary>The most elements that a view may have: four times the most values of a layer.</summary>
    public const int MaxElements = 1 << 22;

    /// <summary>The same elements along other axes.</summary>
    public static Layout Reshaped(int[] dims, int batch) => new(dims, null, batch);

    /// <summary>The axes in another order: new axis i is old axis <paramref name="order"/>[i].</summary>
    public static Layout Transposed(GraphValue value, int[] order)
    {
        int[] dims = Array.ConvertAll(order, axis => value.Dims[axis]);
        int batch = value.Batch < 0 ? -1 : Array.IndexOf(order, value.Batch);
        if (IsMoveOfOnes(value.Dims, order)) return new Layout(dims, null, batch);
        int[] steps = Tensors.Steps(value.Dims);
        int[][] picks = Array.ConvertAll(dims, length => Enumerable.Range(0, length).ToArray());
        return new Layout(dims, Pick(picks, Array.ConvertAll(order, axis => steps[axis])), batch);
    }

    /// <summary>Along each axis the old indices in <paramref name="picks"/>, in their order; -1 there is a zero of padding.</summary>
    public static Layout Picked(GraphValue value, int[][] picks) =>
        new(Array.ConvertAll(picks, one => one.Length), Pick(picks, Tensors.Steps(value.Dims)), value.Batch);

    /// <summary>The value repeated along axes of length 1 and new leading ones until it has the lengths <paramref name="dims"/>.</summary>
    public static Layout Expanded(GraphValue value, int[] dims)
    {
        int added = dims.Length - value.Rank;
        int batch = value.Batch < 0 ? -1 : value.Batch + added;
        if (value.Dims.AsSpan().SequenceEqual(dims.AsSpan(added)) && dims.AsSpan(0, added).IndexOfAnyExcept(1) < 0)
        {
            return new Layout(dims, null, batch);
        }

        int[] steps = Tensors.Steps(value.Dims), all = new int[dims.Length];
        for (int i = added; i < dims.Length; i++) all[i] = value.Dims[i - added] == 1 ? 0 : steps[i - added];
        return new Layout(dims, Pick(Array.ConvertAll(dims, length => Enumerable.Range(0, length).ToArray()), all), batch);
    }

    private static bool IsMoveOfOnes(int[] dims, int[] order)
    {
        int last = -1;
        foreach (int axis in order)
        {
            if (dims[axis] == 1) continue;
            if (axis < last) return false;
            last = axis;
        }

        return true;
    }

    private static int[] Pick(int[][] picks, int[] steps)
    {
        int[] map = new int[Tensors.Count(Array.ConvertAll(picks, one => one.Length))];
        if (map.Length == 0) return map;
        int filled = 1;
        for (int axis = picks.Length - 1; axis >= 0; axis--)
        {
            // What is filled is the first index of this axis; the others are copies of it, moved. Backwards, because copies read index 0.
            int[] pick = picks[axis];
            for (int i = pick.Length - 1; i >= 0; i--)
            {
                for (int j = 0; j < filled; j++) map[i * filled + j] = pick[i] < 0 || map[j] < 0 ? -1 : map[j] + pick[i] * steps[axis];
            }

            filled *= pick.Length;
        }

        return map;
    }
}
