using System;
using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>
/// How a convolution is computed with pixels in lanes: a tile of registers of sums at a time, to which every tap of a filter adds its weight
/// times a load for each. Of the ways to lay out the image and to pool, the one that is expected to be fastest.
/// </summary>
internal sealed class ConvolutionPlan
{
    /// <summary>The most registers of sums, of any width.</summary>
    public const int MostSums = 16;

    /// <summary>Sums that hide the latency of the multiply-add: four cycles, two a cycle.</summary>
    private const int BusySums = 8;

    /// <summary>
    /// The most floats of shifted copies: 64 KB. Beyond the nearest cache every load would take longer than one that straddles two lines.
    /// </summary>
    private const int MaxShiftedFloats = 16 * 1024;

    private static readonly PixelPooling[] s_poolings = [PixelPooling.None, PixelPooling.AcrossRegisters, PixelPooling.AcrossLanes];
    private static readonly ImageForm[] s_forms = [ImageForm.Direct, ImageForm.Split, ImageForm.Shifted];

    private ConvolutionPlan(Stage stage, PixelGrid grid, ImageForm form, VectorWidth width)
    {
        (Stage, Grid, Width) = (stage, grid, width);
        Layout = new ImageLayout(grid, form, width.Lanes());
        (TileRows, TileSegments) = Tile();
        Chains = 2 * Sums <= MaxSums(width) && Sums < BusySums ? 2 : 1;
    }

    /// <summary>The stage.</summary>
    public Stage Stage { get; }

    /// <summary>The pixels.</summary>
    public PixelGrid Grid { get; }

    /// <summary>The image.</summary>
    public ImageLayout Layout { get; }

    /// <summary>The register width.</summary>
    public VectorWidth Width { get; }

    /// <summary>The rows of lanes of a tile.</summary>
    public int TileRows { get; }

    /// <summary>The registers of a row of lanes that are in a tile.</summary>
    public int TileSegments { get; }

    /// <summary>In how many sums the terms of an output are added up: two where a tile alone has too few registers to hide latency.</summary>
    public int Chains { get; }

    /// <summary>The registers of sums of a tile, those of one chain.</summary>
    public int Sums => TileRows * TileSegments * Grid.Members;

    /// <summary>The tiles of a filter from top to bottom; the last one may begin earlier, and compute some rows twice.</summary>
    public int RowTiles => (Grid.Rows + TileRows - 1) / TileRows;

    /// <summary>The tiles of a filter from left to right; the last one may begin earlier, too.</summary>
    public int SegmentTiles => (Layout.Segments + TileSegments - 1) / TileSegments;

    /// <summary>The share of lanes that hold a pixel.</summary>
    public double Fill => (double)Grid.Columns / (Layout.Segments * Width.Lanes());

    private ConvolutionLayer Layer => Grid.Layer;

    /// <summary>The plan for <paramref name="stage"/> that is expected to be fastest; null when there is none.</summary>
    public static ConvolutionPlan? For(Stage stage, VectorWidth width) =>
        All(stage, width).OrderBy(plan => plan.Cycles(isUnrolled: false)).FirstOrDefault();

    /// <summary>All plans for <paramref name="stage"/>.</summary>
    public static IEnumerable<ConvolutionPlan> All(Stage stage, VectorWidth width)
    {
        if (width == VectorWidth.Scalar || stage.Layer is not ConvolutionLayer { Activation.IsElementwise: true }) yield break;
        foreach (PixelPooling pooling in s_poolings)
        {
            if (!PixelGrid.Offers(stage, pooling)) continue;
            var grid = new PixelGrid(stage, pooling);
            if (grid.Members > MaxSums(width)) continue;
            foreach (ImageForm form in s_forms)
            {
                if (!ImageLayout.Offers(grid, form)) continue;
                var plan = new ConvolutionPlan(stage, grid, form, width);
                if (plan.CanPool && (form != ImageForm.Shifted || plan.Layout.Floats <= MaxShiftedFloats)) yield return plan;
            }
        }
    }

    /// <summary>
    /// The most floats that the fastest of the plans can take for its copies of the image, whatever the weights; never more when there are fewer
    /// channels or filters.
    /// </summary>
    public static int MostWorkFloats(Stage stage, VectorWidth width)
    {
        int most = 0;
        foreach (PixelPooling pooling in s_poolings.Where(pooling => PixelGrid.Offers(stage, pooling)))
        {
            var grid = new PixelGrid(stage, pooling);
            foreach (ImageForm form in s_forms.Where(form => ImageLayout.Offers(grid, form)))
            {
                long floats = ImageLayout.MostFloats(grid, form, width.Lanes());
                if (form == ImageForm.Shifted) floats = Math.Min(floats, MaxShiftedFloats);
                if (form != ImageForm.Direct) most = Math.Max(most, checked((int)floats + ImageCopyEmitter.FrameFloats(grid)));
            }
        }

        return most;
    }

    /// <summary>The terms of a filter: offset and weight of its taps.</summary>
    public IEnumerable<(int Offset, float Weight)> Taps(int filter)
    {
        for (int i = Layer.Weights.RowStart(filter); i < Layer.Weights.RowStart(filter + 1); i++)
        {
            (int channel, int y, int x) = Layer.Tap(Layer.Weights.ColumnIndex(i));
            int offset = Layout.Offset(Layer.FirstChannel(filter) + channel, y * Layer.Window.DilationY, x * Layer.Window.DilationX);
            yield return (offset, Layer.Weights.Value(i));
        }
    }

    /// <summary>The displacements of the registers of a tile: by row, segment, then member.</summary>
    public IEnumerable<int> Displacements() =>
        from row in Enumerable.Range(0, TileRows)
        from segment in Enumerable.Range(0, TileSegments)
        from y in Enumerable.Range(0, Grid.MembersY)
        from x in Enumerable.Range(0, Grid.MembersX)
        select Layout.Displacement(row, segment, Width.Lanes(), y, x);

    /// <summary>
    /// The estimated cycles of one image. Measured on a Zen 5 core: a load takes half a cycle and one that straddles two cache lines a whole
    /// one; the multiply-adds hide behind the loads; a tile of a filter costs 11 cycles beside its taps in a loop, whose end is rarely foreseen.
    /// </summary>
    public double Cycles(bool isUnrolled)
    {
        int lanes = Width.Lanes();
        int[] displacements = [.. Displacements()];
        double loads = 0;
        for (int filter = 0; filter < Layer.Weights.Rows; filter++)
        {
            foreach ((int offset, _) in Taps(filter)) loads += displacements.Sum(displacement => LoadCycles(offset + displacement, lanes));
        }

        double tap = isUnrolled ? 0.55 : 0.8, tile = isUnrolled ? 2 : 11;
        double latency = 4.0 / Chains * Layer.Weights.Count;
        double perTile = Math.Max(loads + tap * Layer.Weights.Count, latency) + Layer.Weights.Rows * (tile + EndCycles());
        return 20 + RowTiles * SegmentTiles * perTile + CopyCycles(lanes);
    }

    /// <summary>The most registers of sums: the other registers of the file hold weights and loads.</summary>
    private static int MaxSums(VectorWidth width) => width == VectorWidth.Vector512 ? MostSums : 12;

    private static double LoadCycles(int offset, int lanes) =>
        offset % ImageLayout.LineFloats + lanes > ImageLayout.LineFloats ? 1 : 0.5;

    /// <summary>Whether the tile suits the way of pooling: lanes are pooled by two rows, and by pairs of registers where a row has several.</summary>
    private bool CanPool => Grid.Kind != PixelPooling.AcrossLanes
        || (TileRows % 2 == 0 && TileSegments == Layout.Segments && (Layout.Segments == 1 || Layout.Segments % 2 == 0));

    private (int Rows, int Segments) Tile()
    {
        int most = MaxSums(Width) / Grid.Members, segments = Layout.Segments;
        if (segments > most) return (1, LeastTwice(segments, Enumerable.Range(1, most)));
        int step = Grid.Kind == PixelPooling.AcrossLanes ? 2 : 1;
        IEnumerable<int> heights = Enumerable.Range(1, most / segments).Where(rows => rows % step == 0 && rows <= Grid.Rows);
        return (LeastTwice(Grid.Rows, heights.DefaultIfEmpty(1)), segments);
    }

    /// <summary>Of the sizes of a tile that compute fewest of <paramref name="count"/> twice, the greatest.</summary>
    private static int LeastTwice(int count, IEnumerable<int> sizes) =>
        sizes.OrderBy(size => (count + size - 1) / size * size).ThenByDescending(size => size).First();

    /// <summary>What pooling, activation and store of a tile take.</summary>
    private double EndCycles()
    {
        double pooled = Grid.Kind switch
        {
            PixelPooling.AcrossRegisters => 0.5 * (Grid.Members - 1) * TileRows * TileSegments,
            PixelPooling.AcrossLanes => 1.5 * TileRows * TileSegments,
            _ => 0,
        };
        double activation = Kernel.ActivationCycles(Layer.Activation) + Kernel.ActivationCycles(Stage.Last.Activation);
        return pooled + (1 + activation) * TileRows * TileSegments;
    }

    /// <summary>
    /// What copying the image takes. Measured on a Zen 5 core: a register of it 1.5 cycles, 2 when every second column is picked, and
    /// a cycle and a half a float where the step is longer.
    /// </summary>
    private double CopyCycles(int lanes)
    {
        if (Layout.Form == ImageForm.Direct) return 0;
        double floats = Layout.Floats;
        double copy = Grid.StepX switch
        {
            1 => 1.5 * floats / lanes,
            2 => 2 * floats / lanes,
            _ => 1.5 * floats,
        };
        return Grid.Window.HasPadding ? copy + 2.0 * Grid.Image.Length / lanes + 4.0 * Grid.Image.Channels * Grid.Image.Height : copy;
    }
}
