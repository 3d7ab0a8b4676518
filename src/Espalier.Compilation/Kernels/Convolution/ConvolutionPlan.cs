using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Espalier.Compilation.Kernels.Batch;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>
/// How a convolution is computed with pixels in lanes: a tile of registers of sums at a time for each filter of a group, to which every tap
/// adds its weights times a load for each register. Of the ways to lay out the image, to pool and to group, the one that is expected to be
/// fastest.
/// </summary>
internal sealed class ConvolutionPlan
{
    /// <summary>Sums that hide the latency of the multiply-add: four cycles, two a cycle.</summary>
    private const int BusySums = 8;

    /// <summary>
    /// The most floats of copies that repeat the image: 64 KB. Beyond the nearest cache every load would take longer than one that
    /// straddles two lines.
    /// </summary>
    private const int MaxRepeatedFloats = 16 * 1024;

    private static readonly PixelPooling[] s_poolings = [PixelPooling.None, PixelPooling.AcrossRegisters, PixelPooling.AcrossLanes];
    private static readonly ImageForm[] s_forms = [ImageForm.Direct, ImageForm.Split, ImageForm.Shifted, ImageForm.Packed];
    private static readonly ConditionalWeakTable<Stage, ConcurrentDictionary<(VectorWidth, bool), ConvolutionPlan?>> s_best = new();

    private readonly Lazy<FilterGroup[]> _groups;

    private ConvolutionPlan(Stage stage, PixelGrid grid, ImageForm form, VectorWidth width, int filters, bool isUnrolled)
    {
        (Stage, Grid, Width, GroupFilters, IsUnrolled) = (stage, grid, width, filters, isUnrolled);
        Layout = new ImageLayout(grid, form, width.Lanes());
        (TileLines, TileSegments) = Tile();

        // A pair in a loop gains by a second chain even with as many sums: 7.1 us against 7.5 for 10,016 weights over 4 x 4 pooled pixels.
        int sums = filters * Sums;
        bool waits = sums < BusySums || (sums == BusySums && filters == 2 && !isUnrolled);
        Chains = waits && filters <= 2 && 2 * sums <= MaxSums(width, 1) ? 2 : 1;
        _groups = new Lazy<FilterGroup[]>(MakeGroups);
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

    /// <summary>Whether the taps are straight-line code, and not loops over tables.</summary>
    public bool IsUnrolled { get; }

    /// <summary>The most filters of a group.</summary>
    public int GroupFilters { get; }

    /// <summary>The groups, all filters in all.</summary>
    public IReadOnlyList<FilterGroup> Groups => _groups.Value;

    /// <summary>
    /// In how many sums the terms of an output are added up: two where a tile alone has too few registers to hide latency.
    /// </summary>
    public int Chains { get; }

    /// <summary>The registers of sums of a tile, those of one filter and chain.</summary>
    public int Sums => TileLines * TileSegments * Grid.Members;

    /// <summary>The tiles of a filter from top to bottom; the last one may begin earlier, and compute some rows twice.</summary>
    public int LineTiles => (Layout.Lines + TileLines - 1) / TileLines;

    /// <summary>The tiles of a filter from left to right; the last one may begin earlier, too.</summary>
    public int SegmentTiles => (Layout.Segments + TileSegments - 1) / TileSegments;

    /// <summary>The share of lanes that hold a pixel.</summary>
    public double Fill => (double)Layout.Pixels / (Layout.Lines * Layout.Segments * Width.Lanes());

    /// <summary>The floats that the code works in.</summary>
    public int WorkFloats => Layout.Form == ImageForm.Direct ? 0 : new ImageCopyEmitter(this).WorkFloats;

    private ConvolutionLayer Layer => Grid.Layer;

    private bool IsOneTile => LineTiles * SegmentTiles == 1;

    /// <summary>
    /// Whether the last store of a filter ends with its values. Where it does not, filters must be stored in their order, so that the next
    /// one writes over what reaches into it.
    /// </summary>
    private bool EndsExactly => Layout.IsPacked || (Grid.Kind != PixelPooling.AcrossLanes ? Grid.Columns % Width.Lanes() == 0
        : Layout.Segments > 1 ? Grid.Columns / 2 % Width.Lanes() == 0
        : Grid.Columns == Width.Lanes() && TileLines % 4 == 0);

    /// <summary>
    /// The plan for <paramref name="stage"/> that is expected to be fastest, of those whose code would fit the usual budget if there are
    /// any; null when there is none.
    /// </summary>
    public static ConvolutionPlan? For(Stage stage, VectorWidth width, bool isUnrolled) => s_best.GetOrCreateValue(stage).GetOrAdd(
        (width, isUnrolled), _ => All(stage, width, isUnrolled)
            .OrderBy(plan => ConvolutionCost.CodeBytes(plan) > LoweringOptions.Default.CodeBudget)
            .ThenBy(ConvolutionCost.Cycles).FirstOrDefault());

    /// <summary>All plans for <paramref name="stage"/>.</summary>
    public static IEnumerable<ConvolutionPlan> All(Stage stage, VectorWidth width, bool isUnrolled)
    {
        if (width == VectorWidth.Scalar || stage.Layer is not ConvolutionLayer { Activation.IsElementwise: true } layer) yield break;
        foreach (PixelPooling pooling in s_poolings)
        {
            if (!PixelGrid.Offers(stage, pooling)) continue;
            var grid = new PixelGrid(stage, pooling);
            foreach (ImageForm form in s_forms)
            {
                if (!ImageLayout.Offers(grid, form, width.Lanes())) continue;
                foreach (int filters in isUnrolled ? (int[])[1, 2, 4] : [1, 2])
                {
                    if (grid.Members > MaxSums(width, filters)) continue;
                    if (filters > 1 && (filters > layer.Weights.Rows || layer.Weights.Rows > ushort.MaxValue)) continue;
                    var plan = new ConvolutionPlan(stage, grid, form, width, filters, isUnrolled);
                    bool fits = !Repeats(form) || plan.Layout.Floats <= MaxRepeatedFloats;
                    if (fits && plan.CanPool && (filters == 1 || plan.EndsExactly || plan.IsOneTile)) yield return plan;
                }
            }
        }
    }

    /// <summary>
    /// The most floats that the fastest of the plans can take for its copies of the image, whatever the weights; never more when there are
    /// fewer channels or filters.
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
        select Layout.Displacement(row, segment, y, x);

    /// <summary>Whether a form holds the values of the image several times.</summary>
    private static bool Repeats(ImageForm form) => form is ImageForm.Shifted or ImageForm.Packed;

    /// <summary>The most registers of sums of a filter: the other registers of the file hold weights and loads.</summary>
    private static int MaxSums(VectorWidth width, int filters) => (width, filters) switch
    {
        (VectorWidth.Vector512, 1) => 16,
        (VectorWidth.Vector512, _) => 24 / filters,
        _ => 12 / filters,
    };

    /// <summary>
    /// Whether the tile suits the way of pooling: lanes are pooled by two rows, and by pairs of registers where a row has several.
    /// </summary>
    private bool CanPool => Grid.Kind != PixelPooling.AcrossLanes
        || (TileLines % 2 == 0 && TileSegments == Layout.Segments && (Layout.Segments == 1 || Layout.Segments % 2 == 0));

    /// <summary>
    /// Filters that share most taps are paired for loops; straight-line code, whose methods have filters in their order, and stores that
    /// reach behind a filter leave them as they come.
    /// </summary>
    private FilterGroup[] MakeGroups()
    {
        SparseMatrix weights = Layer.Weights;
        var groups = new List<FilterGroup>();
        int[] order = GroupFilters > 1 && !IsUnrolled && EndsExactly && Layer.Groups == 1
            ? RowPairing.Order(weights)
            : [.. Enumerable.Range(0, weights.Rows)];
        for (int i = 0; i < order.Length;)
        {
            int count = Math.Min(GroupFilters, order.Length - i);
            int[] filters = [.. order.Skip(i).Take(count)];
            i += count;
            bool isUneven = count < GroupFilters || filters.Count(filter => weights.RowCount(filter) == 0) % GroupFilters != 0;
            if (!IsUnrolled && GroupFilters > 1 && isUneven)
            {
                // Loops take whole groups, and what evens out a filter must be a value that it reads: the filter is computed twice.
                i -= count - 1;
                filters = [filters[0], filters[0]];
            }

            groups.Add(new FilterGroup(filters, [.. filters.Select(Taps)]));
        }

        return [.. groups];
    }

    private (int Rows, int Segments) Tile()
    {
        int most = MaxSums(Width, GroupFilters) / Grid.Members, segments = Layout.Segments;
        if (segments > most) return (1, LeastTwice(segments, Enumerable.Range(1, most)));
        int step = Grid.Kind == PixelPooling.AcrossLanes ? 2 : 1;
        IEnumerable<int> heights = Enumerable.Range(1, most / segments).Where(rows => rows % step == 0 && rows <= Layout.Lines);
        return (LeastTwice(Layout.Lines, heights.DefaultIfEmpty(1)), segments);
    }

    /// <summary>Of the sizes of a tile that compute fewest of <paramref name="count"/> twice, the greatest.</summary>
    private static int LeastTwice(int count, IEnumerable<int> sizes) =>
        sizes.OrderBy(size => (count + size - 1) / size * size).ThenByDescending(size => size).First();
}
