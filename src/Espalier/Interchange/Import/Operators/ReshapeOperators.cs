namespace Espalier.Interchange.Import.Operators;

/// <summary>Operators that see the same elements along other axes.</summary>
internal static class ReshapeOperators
{
    private const string MixesBatch = "puts the samples of a batch together; each must stay by itself.";

    /// <summary>The operators by name.</summary>
    public static IEnumerable<(string Name, OnnxOperator Run)> All =>
    [
        ("Identity", Same), ("Dropout", Same), ("Cast", Cast), ("CastLike", Same),
        ("Reshape", Reshape), ("Flatten", Flatten), ("Squeeze", Squeeze), ("Unsqueeze", Unsqueeze),
    ];

    private static GraphValue[] Same(NodeCall call) => [call.Inputs[0] ?? call.Value(0)];

    private static GraphValue[] Cast(NodeCall call)
    {
        var type = (Onnx.TensorProto.Types.DataType)call.Int("to", (int)Onnx.TensorProto.Types.DataType.Float);
        if (call.HasAttribute("to") && call.OperatorSet < 6)
        {
            type = Enum.Parse<Onnx.TensorProto.Types.DataType>(call.Text("to", "FLOAT"), ignoreCase: true);
        }

        if (call.Inputs[0] is ConstantTensor constant) return [constant.CastTo(type)];
        bool isReal = type is Onnx.TensorProto.Types.DataType.Float or Onnx.TensorProto.Types.DataType.Double
            or Onnx.TensorProto.Types.DataType.Float16 or Onnx.TensorProto.Types.DataType.Bfloat16;
        return isReal
            ? Same(call)
            : throw new EspalierException($"rounds values that depend on the input to {type}; layers compute with floats.");
    }

    private static GraphValue[] Reshape(NodeCall call)
    {
        GraphValue value = call.Value(0);
        int[] target = [.. call.Ints(1, "shape") ?? throw new EspalierException("names no shape.")];
        for (int i = 0; i < target.Length; i++)
        {
            if (target[i] == 0 && call.Int("allowzero", 0) == 0)
            {
                target[i] = i < value.Rank ? value.Dims[i] : throw new EspalierException($"keeps axis {i}, which its input has not.");
            }
        }

        // A shape with a batch size that the exporter happened to trace; layers are made for one sample.
        bool isOpen = target.Contains(-1);
        if (value.Batch == 0 && target is [> 1, ..] && value.Dims[0] == 1 && (isOpen || Tensors.Count(target) != value.Length))
        {
            target[0] = 1;
        }

        if (isOpen)
        {
            int open = Array.IndexOf(target, -1);
            target[open] = 1;
            int rest = Tensors.Count(target);
            target[open] = rest == 0 ? 0 : value.Length / rest;
        }

        if (Tensors.Count(target) != value.Length)
        {
            throw new EspalierException($"reshapes {Tensors.Show(value.Dims)} values to {Tensors.Show(target)}, which are not as many.");
        }

        return [value.Seen(Layout.Reshaped(target, BatchAfter(value, target)))];
    }

    private static GraphValue[] Flatten(NodeCall call)
    {
        GraphValue value = call.Value(0);
        int axis = call.Int("axis", 1);
        if (axis < 0) axis += value.Rank;
        if (axis < 0 || axis > value.Rank) throw new EspalierException($"flattens at axis {axis} of {value.Rank}.");
        if (value.Batch >= 0 && axis <= value.Batch) throw new BatchException(MixesBatch);
        int[] target = [Tensors.Count(value.Dims.AsSpan(0, axis)), Tensors.Count(value.Dims.AsSpan(axis))];
        return [value.Seen(Layout.Reshaped(target, BatchAfter(value, target)))];
    }

    private static GraphValue[] Squeeze(NodeCall call)
    {
        GraphValue value = call.Value(0);
        int[]? named = call.Ints(1, "axes");
        int[] axes = named is null
            ? [.. Enumerable.Range(0, value.Rank).Where(axis => value.Dims[axis] == 1 && axis != value.Batch)]
            : Axes(named, value.Rank);
        foreach (int axis in axes)
        {
            if (axis == value.Batch) throw new BatchException("drops the axis of the batch.");
            if (value.Dims[axis] != 1) throw new EspalierException($"drops axis {axis}, which has the length {value.Dims[axis]}.");
        }

        int[] kept = [.. Enumerable.Range(0, value.Rank).Except(axes)];
        int batch = value.Batch < 0 ? -1 : Array.IndexOf(kept, value.Batch);
        return [value.Seen(Layout.Reshaped(Array.ConvertAll(kept, axis => value.Dims[axis]), batch))];
    }

    private static GraphValue[] Unsqueeze(NodeCall call)
    {
        GraphValue value = call.Value(0);
        int[] named = call.Ints(1, "axes") ?? throw new EspalierException("names no axes.");
        int rank = value.Rank + named.Length;
        int[] axes = Axes(named, rank);
        var dims = new List<int>();
        int batch = -1;
        for (int i = 0, old = 0; i < rank; i++)
        {
            if (axes.Contains(i))
            {
                dims.Add(1);
                continue;
            }

            if (old == value.Batch) batch = i;
            dims.Add(value.Dims[old++]);
        }

        return [value.Seen(Layout.Reshaped([.. dims], batch))];
    }

    /// <summary>Axes counted from the first one.</summary>
    internal static int[] Axes(int[] named, int rank)
    {
        int[] axes = Array.ConvertAll(named, axis => axis < 0 ? axis + rank : axis);
        foreach (int axis in axes)
        {
            if (axis < 0 || axis >= rank) throw new EspalierException($"names axis {axis} of {rank}.");
        }

        return axes.Distinct().Count() == axes.Length ? axes : throw new EspalierException("names an axis twice.");
    }

    /// <summary>
    /// Where the batch is after a reshape: it lies outermost in memory wherever only axes of length 1 stand before it, and so it does
    /// after.
    /// </summary>
    private static int BatchAfter(GraphValue value, int[] target)
    {
        int batch = value.Batch;
        if (batch < 0) return -1;
        if (target.Length == 0) throw new BatchException(MixesBatch);
        if (Tensors.Count(value.Dims.AsSpan(0, batch)) == 1) return 0;
        bool isKept = batch < target.Length && target[batch] == 1 && value.Dims.AsSpan(0, batch).SequenceEqual(target.AsSpan(0, batch));
        return isKept ? batch : throw new BatchException(MixesBatch);
    }
}
