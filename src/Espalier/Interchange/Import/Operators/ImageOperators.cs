namespace Espalier.Interchange.Import.Operators;

/// <summary>Operators that repeat the pixels of images, or move them between the channels and the plane.</summary>
internal static class ImageOperators
{
    /// <summary>The operators by name.</summary>
    public static IEnumerable<(string Name, OnnxOperator Run)> All =>
        [("Resize", Resize), ("Upsample", Resize), ("DepthToSpace", DepthToSpace), ("SpaceToDepth", SpaceToDepth)];

    /// <summary>The nearest pixels; other interpolation is refused.</summary>
    private static GraphValue[] Resize(NodeCall call)
    {
        GraphValue value = call.Value(0);
        if (call.Text("mode", "nearest") is var mode and not "nearest")
        {
            throw new EspalierException($"interpolates in mode '{mode}'; 'nearest' is needed.");
        }

        int[] axes = call.Ints("axes") is { } named ? ReshapeOperators.Axes(named, value.Rank) : [.. Enumerable.Range(0, value.Rank)];
        bool isOld = call.Operator == "Upsample" || call.OperatorSet < 11;
        int scalesAt = isOld ? 1 : 2;
        double[] scales = call.Has(scalesAt) && call.Inputs[scalesAt] is ConstantTensor { Length: > 0 }
            ? call.Constant(scalesAt).Values
            : [.. (call.Floats("scales") ?? []).Select(scale => (double)scale)];
        int[]? sizes = call.Has(3) ? call.Constant(3).ToIntegers() : null;
        if ((sizes?.Length ?? scales.Length) != axes.Length)
        {
            throw new EspalierException($"gives {sizes?.Length ?? scales.Length} scales or sizes for {axes.Length} axes.");
        }

        string place = isOld ? "asymmetric" : call.Text("coordinate_transformation_mode", "half_pixel");
        string rounding = isOld ? "floor" : call.Text("nearest_mode", "round_prefer_floor");
        int[][] picks = SelectionOperators.WholeAxes(value);
        for (int i = 0; i < axes.Length; i++)
        {
            int length = value.Dims[axes[i]];
            double scale = sizes is null ? scales[i] : (double)sizes[i] / length, resized = sizes?[i] ?? Math.Floor(length * scale);
            if (axes[i] == value.Batch && resized != length) scale = resized = length;
            if (!(resized is >= 1 and <= Layout.MaxElements))
            {
                throw new EspalierException($"makes {resized} of the {length} elements along axis {axes[i]}.");
            }

            int[] pick = new int[(int)resized];
            for (int j = 0; j < pick.Length; j++)
            {
                pick[j] = Math.Clamp((int)Nearest(Origin(j, scale, length, resized, place), rounding), 0, length - 1);
            }

            picks[axes[i]] = pick;
        }

        return [SelectionOperators.Picked(value, picks)];
    }

    private static double Origin(int i, double scale, int length, double resized, string place) => place switch
    {
        "asymmetric" => i / scale,
        "half_pixel" => (i + 0.5) / scale - 0.5,
        "pytorch_half_pixel" => resized > 1 ? (i + 0.5) / scale - 0.5 : 0,
        "align_corners" => resized > 1 ? i * (length - 1) / (resized - 1) : 0,
        "tf_half_pixel_for_nn" => (i + 0.5) / scale,
        _ => throw new EspalierException($"places pixels by '{place}', which is not supported."),
    };

    private static double Nearest(double place, string rounding) => rounding switch
    {
        "floor" => Math.Floor(place),
        "ceil" => Math.Ceiling(place),
        "round_prefer_floor" => Math.Ceiling(place - 0.5),
        "round_prefer_ceil" => Math.Floor(place + 0.5),
        _ => throw new EspalierException($"rounds by '{rounding}', which is not supported."),
    };

    private static GraphValue[] DepthToSpace(NodeCall call)
    {
        (GraphValue x, int block) = Blocks(call);
        bool isColumnFirst = call.Text("mode", "DCR") != "CRD";
        int channels = x.Dims[1] / (block * block);
        int[] apart = isColumnFirst
            ? [x.Dims[0], block, block, channels, x.Dims[2], x.Dims[3]]
            : [x.Dims[0], channels, block, block, x.Dims[2], x.Dims[3]];
        int[] order = isColumnFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
        return [Moved(x, apart, order, [x.Dims[0], channels, x.Dims[2] * block, x.Dims[3] * block])];
    }

    private static GraphValue[] SpaceToDepth(NodeCall call)
    {
        (GraphValue x, int block) = Blocks(call);
        int height = x.Dims[2] / block, width = x.Dims[3] / block;
        int[] apart = [x.Dims[0], x.Dims[1], height, block, width, block];
        return [Moved(x, apart, [0, 3, 5, 1, 2, 4], [x.Dims[0], x.Dims[1] * block * block, height, width])];
    }

    private static (GraphValue X, int Block) Blocks(NodeCall call)
    {
        GraphValue x = call.Value(0);
        int block = call.Int("blocksize", 0);
        return x.Rank == 4 && x.Batch <= 0 && block is > 0 and < 1 << 10
            ? (x, block)
            : throw new EspalierException(
                $"reads {Tensors.Show(x.Dims)} values in blocks of {block}; a batch x channels x height x width is needed.");
    }

    private static GraphValue Moved(GraphValue x, int[] apart, int[] order, int[] together)
    {
        if (Tensors.Count(apart) != x.Length)
        {
            throw new EspalierException($"cuts {Tensors.Show(x.Dims)} values into blocks, which do not fit.");
        }

        GraphValue blocks = x.Seen(Layout.Reshaped(apart, x.Batch));
        return blocks.Seen(Layout.Transposed(blocks, order)).Seen(Layout.Reshaped(together, x.Batch));
    }
}
