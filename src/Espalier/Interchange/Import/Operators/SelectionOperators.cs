namespace Espalier.Interchange.Import.Operators;

/// <summary>Operators that move, pick or repeat elements.</summary>
internal static class SelectionOperators
{
    /// <summary>The operators by name.</summary>
    public static IEnumerable<(string Name, OnnxOperator Run)> All =>
    [
        ("Transpose", Transpose), ("Slice", Slice), ("Gather", Gather),
        ("ai.onnx.ml.ArrayFeatureExtractor", Features), ("Split", Split), ("Expand", Expand), ("Tile", Tile), ("Pad", Pad),
        ("Concat", Concat), ("ai.onnx.ml.FeatureVectorizer", Concat),
    ];

    private static GraphValue[] Transpose(NodeCall call)
    {
        GraphValue value = call.Value(0);
        int[] order = call.Ints("perm") ?? [.. Enumerable.Range(0, value.Rank).Reverse()];
        order = ReshapeOperators.Axes(order, value.Rank);
        if (order.Length != value.Rank) throw new EspalierException($"orders {order.Length} axes of {value.Rank}.");
        return [value.Seen(Layout.Transposed(value, order))];
    }

    private static GraphValue[] Slice(NodeCall call)
    {
        GraphValue value = call.Value(0);
        int[] starts = call.Ints(1, "starts") ?? [], ends = call.Ints(2, "ends") ?? [];
        int[] axes = ReshapeOperators.Axes(call.Ints(3, "axes") ?? [.. Enumerable.Range(0, starts.Length)], value.Rank);
        int[] steps = call.Ints(4, "steps") ?? [.. Enumerable.Repeat(1, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
        {
            throw new EspalierException($"has {starts.Length} starts, {ends.Length} ends, {axes.Length} axes and {steps.Length} steps.");
        }

        int[][] picks = WholeAxes(value);
        for (int i = 0; i < axes.Length; i++) picks[axes[i]] = Indices(value.Dims[axes[i]], starts[i], ends[i], steps[i]);
        return [Picked(value, picks)];
    }

    private static int[] Indices(int length, int start, int end, int step)
    {
        if (step == 0) throw new EspalierException("has a step of 0.");
        long first = start < 0 ? (long)start + length : start, last = end < 0 ? (long)end + length : end;
        (first, last) = step > 0
            ? (Math.Clamp(first, 0, length), Math.Clamp(last, 0, length))
            : (Math.Clamp(first, 0, length - 1), Math.Clamp(last, -1, length - 1));
        var indices = new List<int>();
        for (long i = first; step > 0 ? i < last : i > last; i += step) indices.Add((int)i);
        return [.. indices];
    }

    private static GraphValue[] Gather(NodeCall call)
    {
        GraphValue value = call.Value(0);
        return [Gathered(value, call.Constant(1), ReshapeOperators.Axes([call.Int("axis", 0)], value.Rank)[0])];
    }

    /// <summary>Picks along the last axis; the indices may have any axes.</summary>
    private static GraphValue[] Features(NodeCall call)
    {
        GraphValue value = call.Value(0);
        ConstantTensor indices = call.Constant(1);
        return [Gathered(value, indices with { Dims = [indices.Length] }, value.Rank - 1)];
    }

    private static GraphValue Gathered(GraphValue value, ConstantTensor indices, int axis)
    {
        int length = value.Dims[axis];
        int[][] picks = WholeAxes(value);
        picks[axis] = Array.ConvertAll(indices.ToIntegers(), index => index < 0 ? index + length : index);
        if (Array.Exists(picks[axis], index => index < 0 || index >= length))
        {
            throw new EspalierException($"picks an element beyond the {length} of axis {axis}.");
        }

        if (axis == value.Batch) throw new BatchException("picks a sample of a batch; each must be treated alike.");
        GraphValue picked = Picked(value, picks);
        int[] dims = [.. value.Dims[..axis], .. indices.Dims, .. value.Dims[(axis + 1)..]];
        return picked.Seen(Layout.Reshaped(dims, value.Batch > axis ? value.Batch + indices.Rank - 1 : value.Batch));
    }

    private static GraphValue[] Split(NodeCall call)
    {
        GraphValue value = call.Value(0);
        int axis = ReshapeOperators.Axes([call.Int("axis", 0)], value.Rank)[0], length = value.Dims[axis], count = call.OutputCount;
        int[] parts = call.Ints(1, "split")
            ?? [.. Enumerable.Range(0, count).Select(i => Math.Min(Chunk(length, count), length - i * Chunk(length, count)))];
        if (parts.Length != count || parts.Sum() != length || Array.Exists(parts, part => part < 0))
        {
            throw new EspalierException($"splits {length} elements into parts of {string.Join(", ", parts)} for {count} outputs.");
        }

        var outputs = new GraphValue[count];
        for (int i = 0, first = 0; i < count; first += parts[i++])
        {
            int[][] picks = WholeAxes(value);
            picks[axis] = [.. Enumerable.Range(first, parts[i])];
            outputs[i] = Picked(value, picks);
            if (outputs[i] is Signal signal) outputs[i] = signal with { IsShared = true };
        }

        return outputs;
    }

    private static GraphValue[] Expand(NodeCall call)
    {
        GraphValue value = call.Value(0);
        int[] target = call.Constant(1).ToIntegers();
        int[] dims = Tensors.Broadcast(value.Dims, target)
            ?? throw new EspalierException($"expands {Tensors.Show(value.Dims)} to {Tensors.Show(target)}.");
        return [Expanded(value, dims)];
    }

    private static GraphValue[] Tile(NodeCall call)
    {
        GraphValue value = call.Value(0);
        int[] repeats = call.Constant(1).ToIntegers();
        if (repeats.Length != value.Rank || Array.Exists(repeats, times => times < 0))
        {
            throw new EspalierException($"repeats {repeats.Length} axes of {value.Rank}.");
        }

        int[][] picks = new int[value.Rank][];
        for (int i = 0; i < picks.Length; i++)
        {
            int length = value.Dims[i];
            if ((long)length * repeats[i] > Layout.MaxElements)
            {
                throw new EspalierException($"repeats {length} elements {repeats[i]} times.");
            }

            picks[i] = new int[length * repeats[i]];
            for (int j = 0; j < picks[i].Length; j++) picks[i][j] = j % length;
        }

        return [Picked(value, picks)];
    }

    private static GraphValue[] Pad(NodeCall call)
    {
        GraphValue value = call.Value(0);
        int[] pads = call.Ints(1, call.HasAttribute("paddings") ? "paddings" : "pads") ?? throw new EspalierException("names no padding.");
        int[] axes = ReshapeOperators.Axes(call.Has(3) ? call.Constant(3).ToIntegers() : [.. Enumerable.Range(0, value.Rank)], value.Rank);
        string mode = call.Text("mode", "constant");
        double filler = call.Has(2) ? call.Constant(2).Values[0] : call.Float("value", 0);
        if (pads.Length != 2 * axes.Length) throw new EspalierException($"has {pads.Length} paddings for {axes.Length} axes.");
        int[][] picks = WholeAxes(value);
        for (int i = 0; i < axes.Length; i++) picks[axes[i]] = Padded(value.Dims[axes[i]], pads[i], pads[i + axes.Length], mode);
        GraphValue padded = Picked(value, picks);
        if (filler == 0 || !Array.Exists(picks, pick => pick.Contains(-1))) return [padded];
        if (!double.IsFinite(filler)) throw new EspalierException($"pads with {filler}; a finite number is needed.");
        int[] origin = Layout.Picked(value, picks).Map!;
        double Filler(int i) => origin[i] < 0 ? filler : 0;
        return padded is ConstantTensor constant
            ? [constant with { Values = [.. constant.Values.Select((one, i) => one + Filler(i))] }]
            : [Affine.Apply(call.Network, call.LayerName, (Signal)padded, _ => 1, Filler)];
    }

    private static int[] Padded(int length, int before, int after, string mode)
    {
        long total = (long)length + before + after;
        if (total is < 0 or > Layout.MaxElements) throw new EspalierException($"pads {length} elements by {before} and {after}.");
        int count = (int)total;
        var pick = new int[count];
        for (int i = 0; i < count; i++)
        {
            int index = i - before;
            bool isInside = index >= 0 && index < length;
            pick[i] = isInside ? index : mode switch
            {
                "constant" => -1,
                "edge" => Math.Clamp(index, 0, length - 1),
                "reflect" when index > -length && index < 2 * length - 1 => index < 0 ? -index : 2 * (length - 1) - index,
                "wrap" => ((index % length) + length) % length,
                _ => throw new EspalierException($"pads in mode '{mode}' by {before} and {after}, which is not supported."),
            };
        }

        return pick;
    }

    private static GraphValue[] Concat(NodeCall call)
    {
        GraphValue[] parts = [.. Enumerable.Range(0, call.Count).Where(call.Has).Select(call.Value)];
        if (parts.Length == 0) throw new EspalierException("has no inputs.");
        return [Joined(call, parts, ReshapeOperators.Axes([call.Int("axis", 1)], parts[0].Rank)[0])];
    }

    /// <summary>Values put together along an axis. Constants among signals are added by the layer that joins them.</summary>
    internal static GraphValue Joined(NodeCall call, GraphValue[] parts, int axis)
    {
        GraphValue first = Array.Find(parts, part => part is not ConstantTensor) ?? parts[0];
        if (Array.Exists(parts, part => part.Batch == axis)) throw new BatchException("puts values together along the axis of the batch.");
        foreach (GraphValue part in parts)
        {
            bool fits = part.Rank == first.Rank && Enumerable.Range(0, first.Rank).All(i => i == axis || part.Dims[i] == first.Dims[i]);
            if (!fits)
            {
                throw new EspalierException($"puts {Tensors.Show(first.Dims)} and {Tensors.Show(part.Dims)} together along axis {axis}.");
            }
        }

        int[] dims = [.. first.Dims];
        dims[axis] = Tensors.Count([parts.Sum(part => part.Dims[axis])]);
        double[]? constants = Array.Exists(parts, part => part is ConstantTensor)
            ? Interleaved(parts, axis, dims, (p, i) => parts[p] is ConstantTensor constant ? constant.Values[i] : 0)
            : null;
        if (first is ConstantTensor { IsInteger: bool isInteger }) return new ConstantTensor(dims, constants!, isInteger);

        Signal[] signals = [.. parts.OfType<Signal>()];
        int[] sources = [.. signals.Select(signal => signal.Source).Distinct()];
        var starts = new Dictionary<int, int>();
        int length = 0;
        foreach (int source in sources)
        {
            starts[source] = length;
            length += call.Network.Layers.ShapeOf(source).Length;
        }

        int[] map = Interleaved(parts, axis, dims, (p, i) =>
            parts[p] is Signal signal && signal.At(i) is var at and >= 0 ? starts[signal.Source] + at : -1);
        bool isShared = sources.Length == 1 && signals.Any(signal => signal.IsShared);
        int layer = sources.Length == 1 ? sources[0] : call.Network.Concatenation(call.LayerName, sources);
        var joined = new Signal(layer, dims, map, first.Batch, isShared);
        return constants is null ? joined : Affine.Apply(call.Network, call.LayerName, joined, _ => 1, i => constants[i]);
    }

    private static T[] Interleaved<T>(GraphValue[] parts, int axis, int[] dims, Func<int, int, T> element)
    {
        var all = new T[Tensors.Count(dims)];
        int outer = Tensors.Count(dims.AsSpan(0, axis)), next = 0;
        for (int o = 0; o < outer; o++)
        {
            for (int p = 0; p < parts.Length; p++)
            {
                int inner = outer == 0 ? 0 : parts[p].Length / outer;
                for (int i = 0; i < inner; i++) all[next++] = element(p, o * inner + i);
            }
        }

        return all;
    }

    /// <summary>The value repeated to other lengths, but for the batch.</summary>
    internal static GraphValue Expanded(GraphValue value, int[] dims)
    {
        if (Tensors.Count(dims) > Layout.MaxElements)
        {
            throw new EspalierException($"repeats values to {Tensors.Show(dims)}, which is too large.");
        }

        Layout layout = Layout.Expanded(value, dims);
        if (layout.Batch >= 0 && dims[layout.Batch] != value.Dims[value.Batch])
        {
            throw new BatchException("gives the samples of a batch different constants.");
        }

        return value.Seen(layout);
    }

    /// <summary>The indices along each axis.</summary>
    internal static int[][] WholeAxes(GraphValue value) => Array.ConvertAll(value.Dims, length => Enumerable.Range(0, length).ToArray());

    /// <summary>The value with the indices given along each axis.</summary>
    internal static GraphValue Picked(GraphValue value, int[][] picks)
    {
        if (value.Batch >= 0 && !picks[value.Batch].AsSpan().SequenceEqual(Enumerable.Range(0, value.Dims[value.Batch]).ToArray()))
        {
            throw new BatchException("picks or repeats samples of a batch; each must be treated alike.");
        }

        int count = Tensors.Count(Array.ConvertAll(picks, pick => pick.Length));
        if (count == 0) throw new EspalierException("leaves no element.");
        if (count > Layout.MaxElements && value is Signal) throw new EspalierException($"makes {count} values, which is too many.");
        return value.Seen(Layout.Picked(value, picks));
    }

    private static int Chunk(int length, int count) => (length + count - 1) / count;
}
