using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>Writes the code of a <see cref="ConvolutionPlan"/>: loops over tables of taps, or every tap of every filter as straight-line code.</summary>
internal sealed class ConvolutionEmitter
{
    private const string Body = "ref float x, ref float y, ref float w";
    private const string Unsafe = "global::System.Runtime.CompilerServices.Unsafe";

    private readonly KernelSite _site;
    private readonly ConvolutionPlan _plan;
    private readonly PixelGrid _grid;
    private readonly ImageLayout _layout;
    private readonly DirectMath _math;
    private readonly SumsEmitter _sums;
    private readonly int[] _displacements;
    private readonly int _lanes, _bits;

    /// <summary>Prepares the code of a stage.</summary>
    public ConvolutionEmitter(KernelSite site, ConvolutionPlan plan)
    {
        (_site, _plan, _grid, _layout) = (site, plan, plan.Grid, plan.Layout);
        (_lanes, _bits) = (plan.Width.Lanes(), plan.Width.Bits());
        (_math, _sums) = (new DirectMath(plan.Width), new SumsEmitter(plan));
        _displacements = [.. plan.Displacements()];
    }

    private SparseMatrix Weights => _grid.Layer.Weights;

    private string Table => AlignedTable.Start(_site.Method);

    /// <summary>Writes loops over tables.</summary>
    public void EmitLoops(CSharpWriter writer)
    {
        var table = new AlignedTable();
        var copy = new ImageCopyEmitter(_plan);
        List<(int Offset, float Weight)> taps = [];
        var counts = new List<ushort>();
        for (int filter = 0; filter < Weights.Rows; filter++)
        {
            // What evens out the count multiplies a value of the image by zero.
            int start = taps.Count;
            taps.AddRange(_plan.Taps(filter));
            while (taps.Count % _plan.Chains != 0) taps.Add((taps[taps.Count - 1].Offset, 0f));
            counts.Add(checked((ushort)((taps.Count - start) / _plan.Chains)));
        }

        bool isShort = HexTable.FitsShort(taps.Select(tap => tap.Offset).DefaultIfEmpty(0).Max() + 1);
        table.Add([.. taps.Select(tap => tap.Weight)]);
        int biases = table.Add(_grid.Layer.Biases.Raw), ends = table.Add([.. counts]);
        int offsets = isShort ? table.Add([.. taps.Select(tap => (ushort)tap.Offset)]) : table.Add([.. taps.Select(tap => (uint)tap.Offset)]);
        int? channels = AddChannels(table);

        EmitHead(writer, copy);
        writer.Line($"ref float w = ref {Table};");
        writer.Line(AlignedTable.Part("float", "biases", biases));
        writer.Line(AlignedTable.Part("ushort", "counts", ends));
        writer.Line(AlignedTable.Part(isShort ? "ushort" : "int", "taps", offsets));
        writer.Open($"for (int filter = 0; filter < {Weights.Rows}; filter++)");
        writer.Line("int count = Next(ref counts, filter);");
        OpenTiles(writer);
        _sums.Start(writer, $"Simd{_bits}.Create(Next(ref biases, filter))");
        writer.Line($"ref {(isShort ? "ushort" : "int")} tap = ref taps;");
        writer.Line("ref float weight = ref w;");
        writer.Open("for (int left = count; left > 0; left--)");
        for (int chain = 0; chain < _plan.Chains; chain++)
        {
            string assign = chain == 0 ? "Floats" + _bits + " " : "";
            writer.Line($"{assign}u = Simd{_bits}.Create({(chain == 0 ? "weight" : $"Next(ref weight, {chain})")});");
            writer.Line($"{(chain == 0 ? "ref float " : "")}at = ref Next(ref image, {(chain == 0 ? "tap" : $"Next(ref tap, {chain})")});");
            for (int i = 0; i < _displacements.Length; i++) _sums.Add(writer, chain, i, "u", _math.Load("at", _displacements[i]));
        }

        writer.Line($"tap = ref Next(ref tap, {_plan.Chains});");
        writer.Line($"weight = ref Next(ref weight, {_plan.Chains});");
        writer.Close();
        writer.Line();
        _sums.End(writer);
        CloseTiles(writer);
        writer.Line();
        string all = _plan.Chains == 1 ? "count" : $"count * {_plan.Chains}";
        writer.Line($"taps = ref Next(ref taps, {all});");
        writer.Line($"w = ref Next(ref w, {all});");
        writer.Line($"y = ref Next(ref y, {_grid.FilterLength});");
        writer.Close();
        writer.Close();
        EmitCopy(writer, copy, channels, table);
    }

    /// <summary>Writes straight-line code, a method for each part of the filters.</summary>
    public void EmitStraight(CSharpWriter writer)
    {
        var table = new AlignedTable();
        var copy = new ImageCopyEmitter(_plan);
        table.Add(Weights.RawValues);
        int biases = table.Add(_grid.Layer.Biases.Raw);
        int offsets = table.Add([.. Enumerable.Range(0, Weights.Rows).SelectMany(_plan.Taps).Select(tap => (uint)tap.Offset)]);
        int? channels = AddChannels(table);
        EmitHead(writer, copy);
        writer.Line($"ref float w = ref {Table};");
        foreach (MethodPart part in _site.Parts) writer.Line($"{_site.Method}From{part.FirstUnit}(ref x, ref y, ref w);");
        writer.Close();
        foreach (MethodPart part in _site.Parts)
        {
            writer.Line();
            writer.Line(UnrolledKernel.Optimize);
            writer.Open($"private static void {_site.Method}From{part.FirstUnit}({Body})");
            writer.Line(AlignedTable.Part("int", "taps", offsets));
            writer.Line($"y = ref Next(ref y, {part.FirstUnit * _grid.FilterLength});");
            for (int filter = part.FirstUnit; filter < part.FirstUnit + part.UnitCount; filter++) EmitFilter(writer, filter, biases);
            writer.Close();
        }

        EmitCopy(writer, copy, channels, table);
    }

    private void EmitFilter(CSharpWriter writer, int filter, int biases)
    {
        int count = Weights.RowCount(filter);
        writer.Line();
        writer.Open();
        OpenTiles(writer);
        _sums.Start(writer, _math.Broadcast("w", biases + filter));
        for (int tap = 0; tap < count; tap++)
        {
            // The offset comes from the table: did the JIT know it, it would keep what several taps load in memory on the stack.
            string weight = $"u{tap}", at = $"x{tap}";
            writer.Line($"ref float {at} = ref {Unsafe}.Add(ref image, {Unsafe}.Add(ref taps, {Weights.RowStart(filter) + tap}));");
            writer.Line($"Floats{_bits} {weight} = {_math.Broadcast("w", Weights.RowStart(filter) + tap)};");
            for (int i = 0; i < _displacements.Length; i++)
            {
                _sums.Add(writer, tap % _plan.Chains, i, weight, _math.Load(at, _displacements[i]));
            }
        }

        _sums.End(writer);
        CloseTiles(writer);
        writer.Close();
        writer.Line();
        writer.Line($"y = ref Next(ref y, {_grid.FilterLength});");
    }

    /// <summary>Opens the stage's method, in which <c>x</c> is the image as the taps read it and <c>y</c> the output.</summary>
    private void EmitHead(CSharpWriter writer, ImageCopyEmitter copy)
    {
        string work = ConvolutionPlan.MostWorkFloats(_plan.Stage, _plan.Width) > 0 ? ", global::System.Span<float> work" : "";
        writer.Open($"internal static void {_site.Method}(global::System.ReadOnlySpan<float> input, global::System.Span<float> output{work})");
        writer.Line($"ref float x = ref First({(copy.IsNeeded ? "work" : "input")});");
        writer.Line("ref float y = ref First(output);");
        if (copy.IsNeeded) writer.Line($"{_site.Method}Copy(ref First(input), ref x);");
    }

    private void EmitCopy(CSharpWriter writer, ImageCopyEmitter copy, int? channels, AlignedTable table)
    {
        if (copy.IsNeeded)
        {
            writer.Line();
            copy.Write(writer, $"{_site.Method}Copy", channels, Table);
        }

        writer.Line();
        table.Write(writer, _site.Method);
    }

    /// <summary>The table of the channels to copy, when they are not simply the first ones.</summary>
    private int? AddChannels(AlignedTable table) =>
        _layout.Channels[_layout.Channels.Count - 1] == _layout.Channels.Count - 1 ? null : table.Add([.. _layout.Channels.Select(c => (uint)c)]);

    /// <summary>Opens the loops over the tiles of a filter, in which <c>image</c> and <c>target</c> are where the tile reads and writes.</summary>
    private void OpenTiles(CSharpWriter writer)
    {
        Open("line", _plan.LineTiles, _plan.TileLines, _layout.Lines);
        Open("segment", _plan.SegmentTiles, _plan.TileSegments, _layout.Segments);
        string[] image = [.. Steps($"line * {_layout.LineStride}")], target = [.. Steps(_sums.LineTarget)];
        writer.Line(image.Length == 0 ? "ref float image = ref x;" : $"ref float image = ref Next(ref x, {string.Join(" + ", image)});");
        writer.Line(target.Length == 0 ? "ref float target = ref y;" : $"ref float target = ref Next(ref y, {string.Join(" + ", target)});");

        void Open(string name, int tiles, int size, int count)
        {
            if (tiles == 1) return;
            string start = count % size == 0 ? $"{name}Tile * {size}" : $"global::System.Math.Min({name}Tile * {size}, {count - size})";
            writer.Open($"for (int {name}Tile = 0; {name}Tile < {tiles}; {name}Tile++)");
            writer.Line($"int {name} = {start};");
        }

        IEnumerable<string> Steps(string line)
        {
            if (_plan.LineTiles > 1) yield return line;
            if (_plan.SegmentTiles > 1) yield return $"segment * {_lanes}";
        }
    }

    private void CloseTiles(CSharpWriter writer)
    {
        if (_plan.SegmentTiles > 1) writer.Close();
        if (_plan.LineTiles > 1) writer.Close();
    }
}
