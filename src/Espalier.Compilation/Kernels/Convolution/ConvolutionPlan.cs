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
    /// The most floats of copies that repeat the image: 64 KB. Beyond the nearest cache every load would take longer than one that straddles two lines.
    /// </summary>
    private const int MaxRepeatedFloats = 16 * 1024;

    private static readonly PixelPooling[] s_poolings = [PixelPooling.None, PixelPooling.AcrossRegisters, PixelPooling.AcrossLanes];
    private static readonly ImageForm[] s_forms = [ImageForm.Direct, ImageForm.Split, ImageForm.Shifted, ImageForm.Packed];

    private ConvolutionPlan(Stage stage, PixelGrid grid, ImageForm form, VectorWidth width)
    {
        (Stage, Grid, Width) = (stage, grid, width);
        Layout = new ImageLayout(grid, form, width.Lanes());
        (TileLines, TileSegments) = Tile();
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

    /// <summary>The rows of registers of a tile.</summary>
    public int TileLines { get; }

    /// <summary>The registers of a row of lanes that are in a tile.</summary>
    public int TileSegments { get; }

    /// <summary>In how many sums the terms of an output are added up: two where a tile alone has too few registers to hide latency.</summary>
    public int Chains { get; }

    /// <summary>The registers of sums of a tile, those of one chain.</summary>
    public int Sums => TileLines * TileSegments * Grid.Members;

    /// <summary>The tiles of a filter from top to bottom; the last one may begin earlier, and compute some rows twice.</summary>
    public int LineTiles => (Layout.Lines + TileLines - 1) / TileLines;

    /// <summary>The tiles of a filter from left to right; the last one may begin earlier, too.</summary>
    public int SegmentTiles => (Layout.Segments + TileSegments - 1) / TileSegments;

    /// <summary>The share of lanes that hold a pixel.</summary>
    public double Fill => (double)Grid.Columns * Layout.RegisterRows / (Layout.Segments * Width.Lanes());

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
                if (!ImageLayout.Offers(grid, form, width.Lanes())) continue;
                var plan = new ConvolutionPlan(stage, grid, form, width);
                if (plan.CanPool && (!Repeats(form) || plan.Layout.Floats <= MaxRepeatedFloats)) yield return plan;
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
            foreach (ImageForm form in s_forms.Where(form => ImageLayout.Offers(grid, form, width.Lanes())))
            {
                long floats = ImageLayout.MostFloats(grid, form, width.Lanes());
                if (Repeats(form)) floats = Math.Min(floats, MaxRepeatedFloats);
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
        from row in Enumerable.Range(0, TileLines)
        from segment in Enumerable.Range(0, TileSegments)
        from y in Enumerable.Range(0, Grid.MembersY)
        from x in Enumerable.Range(0, Grid.MembersX)
        select Layout.Displacement(row, segment, Width.Lanes(), y, x);

    /// <summary>
    /// The estimated cycles of one image. Measured on a Zen 5 core: a load takes half a cycle, and where it straddles two cache lines 1.2 with 512
    /// bits and 0.8 with fewer, all four tenths more when the nearest cache does not hold the image; the multiply-adds hide behind the loads; a tap costs half a cycle for the broadcast of its weight, and a tile 3
    /// cycles in a loop over tables.
    /// </summary>
    public double Cycles(bool isUnrolled)
    {
        int lanes = Width.Lanes();
        int[] displacements = [.. Displacements()];
        double loads = 0, far = sizeof(float) * (long)Layout.Floats > Caches.NearBytes ? 1.4 : 1;
        for (int filter = 0; filter < Layer.Weights.Rows; filter++)
        {
            foreach ((int offset, _) in Taps(filter)) loads += displacements.Sum(displacement => LoadCycles(offset + displacement, lanes));
        }

        double latency = 4.0 / Chains * Layer.Weights.Count;
        double perTile = Math.Max(far * loads + 0.5 * Layer.Weights.Count, latency) + Layer.Weights.Rows * ((isUnrolled ? 0 : 3) + EndCycles());
        return 20 + LineTiles * SegmentTiles * perTile + CopyCycles(lanes);
    }

    /// <summary>Whether a form holds the values of the image several times.</summary>
    private static bool Repeats(ImageForm form) => form is ImageForm.Shifted or ImageForm.Packed;

    /// <summary>The most registers of sums: the other registers of the file hold weights and loads.</summary>
    private static int MaxSums(VectorWidth width) => width == VectorWidth.Vector512 ? MostSums : 12;

    private static double LoadCycles(int offset, int lanes) =>
        offset % ImageLayout.LineFloats + lanes <= ImageLayout.LineFloats ? 0.5 : lanes == ImageLayout.LineFloats ? 1.2 : 0.8;

    /// <summary>Whether the tile suits the way of pooling: lanes are pooled by two rows, and by pairs of registers where a row has several.</summary>
    private bool CanPool => Grid.Kind != PixelPooling.AcrossLanes
        || (TileLines % 2 == 0 && TileSegments == Layout.Segments && (Layout.Segments == 1 || Layout.Segments % 2 == 0));

    private (int Rows, int Segments) Tile()
    {
        int most = MaxSums(Width) / Grid.Members, segments = Layout.Segments;
        if (segments > most) return (1, LeastTwice(segments, Enumerable.Range(1, most)));
        int step = Grid.Kind == PixelPooling.AcrossLanes ? 2 : 1;
        IEnumerable<int> heights = Enumerable.Range(1, most / segments).Where(rows => rows % step == 0 && rows <= Layout.Lines);
        return (LeastTwice(Layout.Lines, heights.DefaultIfEmpty(1)), segments);
    }

    /// <summary>Of the sizes of a tile that compute fewest of <paramref name="count"/> twice, the greatest.</summary>
    private static int LeastTwice(int count, IEnumerable<int> sizes) =>
        sizes.OrderBy(size => (count + size - 1) / size * size).ThenByDescending(size => size).First();

    /// <summary>What pooling, activation and store of a tile take.</summary>
    private double EndCycles()
    {
        double pooled = Grid.Kind switch
        {
            PixelPooling.AcrossRegisters => 0.25 * (Grid.Members - 1) * TileLines * TileSegments,
            PixelPooling.AcrossLanes => 0.25 * TileLines * TileSegments,
            _ => 0,
        };
        double activation = Kernel.ActivationCycles(Layer.Activation) + Kernel.ActivationCycles(Stage.Last.Activation);
        return pooled + (0.5 + activation) * TileLines * TileSegments;
    }

    /// <summary>
    /// What copying the image takes. Measured on a Zen 5 core: a register of it 0.8 cycles, 2 when every second column is picked, 2.2
    /// when short rows are packed, and a cycle and a half a float where the step is longer.
    /// </summary>
    private double CopyCycles(int lanes)
    {
        if (Layout.Form == ImageForm.Direct) return 0;
        double floats = Layout.Floats;
        double copy = Grid.StepX switch
        {
            _ when Layout.Form == ImageForm.Packed => 2.2 * floats / lanes,
            1 => 0.8 * floats / lanes,
            2 => 2 * floats / lanes,
            _ => 1.5 * floats,
        };
        return Grid.Window.HasPadding ? copy + 2.0 * Grid.Image.Length / lanes + 4.0 * Grid.Image.Channels * Grid.Image.Height : copy;
    }
}
