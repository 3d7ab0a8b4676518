using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>
/// Writes the code of a <see cref="ConvolutionPlan"/>: loops over tables of taps, or every tap of every filter as straight-line code.
/// </summary>
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

    private string Table => AlignedTable.Start(_site.Method);

    private bool HasGroups => _plan.GroupFilters > 1;

    /// <summary>Writes the stage.</summary>
    public void Emit(CSharpWriter writer)
    {
        if (_plan.IsUnrolled) EmitStraight(writer);
        else EmitLoops(writer);
    }

    /// <summary>Writes loops over tables.</summary>
    private void EmitLoops(CSharpWriter writer)
    {
        var table = new AlignedTable();
        var copy = new ImageCopyEmitter(_plan);
        List<float> weights = [];
        List<int> offsets = [];
        List<ushort> counts = [], filters = [];
        bool hasShared = false;
        foreach (FilterGroup group in _plan.Groups)
        {
            GroupLists lists = group.Lists(_plan.Chains);
            foreach (GroupTap tap in lists.Shared)
            {
                offsets.Add(tap.Offset);
                weights.AddRange(tap.Weights.Select(weight => weight!.Value));
            }

            for (int i = 0; i < lists.OwnCount; i++)
            {
                offsets.AddRange(lists.Own.Select(list => list[i].Offset));
                weights.AddRange(lists.Own.Select(list => list[i].Weight));
            }

            hasShared |= lists.Shared.Count > 0;
            if (HasGroups) counts.Add(checked((ushort)(lists.Shared.Count / _plan.Chains)));
            counts.Add(checked((ushort)(lists.OwnCount / _plan.Chains)));
            filters.AddRange(group.Filters.Select(filter => checked((ushort)filter)));
        }

        bool isShort = HexTable.FitsShort(offsets.DefaultIfEmpty(0).Max() + 1);
        string place = isShort ? "ushort" : "int";
        FloatVector biases = _grid.Layer.Biases;
        table.Add([.. weights]);
        int biasPart = table.Add([.. filters.Select(filter => biases[filter])]), countPart = table.Add([.. counts]);
        int tapPart = isShort
            ? table.Add([.. offsets.Select(offset => (ushort)offset)])
            : table.Add([.. offsets.Select(offset => (uint)offset)]);
        int? filterPart = HasGroups ? table.Add([.. filters]) : null, channels = AddChannels(table);

        EmitHead(writer, copy);
        writer.Line($"ref float w = ref {Table};");
        writer.Line(AlignedTable.Part("float", "biases", biasPart));
        writer.Line(AlignedTable.Part("ushort", "counts", countPart));
        writer.Line(AlignedTable.Part(place, "taps", tapPart));
        if (filterPart is int part) writer.Line(AlignedTable.Part("ushort", "filters", part));
        int size = _plan.GroupFilters;
        writer.Open($"for (int group = 0; group < {_plan.Groups.Count}; group++)");
        if (HasGroups) writer.Line("int shared = Next(ref counts, 2 * group), own = Next(ref counts, 2 * group + 1);");
        else writer.Line("int own = Next(ref counts, group);");
        for (int i = 0; i < size; i++)
        {
            string filter = HasGroups ? $"Next(ref filters, {size} * group{(i == 0 ? "" : $" + {i}")})" : "group";
            writer.Line($"ref float y{i} = ref Next(ref y, {filter} * {_grid.FilterLength});");
        }

        OpenTiles(writer, size);
        for (int i = 0; i < size; i++)
        {
            _sums.Start(writer, i,
                $"Simd{_bits}.Create(Next(ref biases, {(HasGroups ? $"{size} * " : "")}group{(i == 0 ? "" : $" + {i}")}))");
        }

        writer.Line($"ref {place} tap = ref taps;");
        writer.Line("ref float weight = ref w;");
        if (hasShared) EmitSharedLoop(writer);
        EmitOwnLoop(writer);
        writer.Line();
        EndTiles(writer, size);
        writer.Line();
        (int tapsOfOwn, int chains) = (size * _plan.Chains, _plan.Chains);
        writer.Line($"taps = ref Next(ref taps, {(hasShared ? $"{Times("shared", chains)} + " : "")}{Times("own", tapsOfOwn)});");
        writer.Line($"w = ref Next(ref w, {Times(hasShared ? "(shared + own)" : "own", tapsOfOwn)});");
        writer.Close();
        writer.Close();
        EmitCopy(writer, copy, channels, table);

        static string Times(string count, int times) => times == 1 ? count : $"{count} * {times}";
    }

    /// <summary>The loop over what all filters of a group read: each register is loaded once.</summary>
    private void EmitSharedLoop(CSharpWriter writer)
    {
        writer.Open("for (int left = shared; left > 0; left--)");
        for (int chain = 0; chain < _plan.Chains; chain++)
        {
            writer.Line($"{(chain == 0 ? "ref float " : "")}at = ref Next(ref image, {Nth("tap", chain)});");
            for (int i = 0; i < _plan.GroupFilters; i++) EmitWeight(writer, i, chain * _plan.GroupFilters + i, isFirst: chain == 0);
            for (int i = 0; i < _displacements.Length; i++)
            {
                writer.Line($"{(chain == 0 && i == 0 ? $"Floats{_bits} " : "")}v = {_math.Load("at", _displacements[i])};");
                for (int filter = 0; filter < _plan.GroupFilters; filter++) _sums.Add(writer, filter, chain, i, $"u{filter}", "v");
            }
        }

        CloseLoop(writer, _plan.Chains, _plan.Chains * _plan.GroupFilters);
    }

    /// <summary>The loop over what each filter of a group reads besides, by turns.</summary>
    private void EmitOwnLoop(CSharpWriter writer)
    {
        int terms = _plan.Chains * _plan.GroupFilters;
        writer.Open("for (int left = own; left > 0; left--)");
        for (int term = 0; term < terms; term++)
        {
            EmitWeight(writer, 0, term, isFirst: term == 0);
            writer.Line($"{(term == 0 ? "ref float " : "")}at = ref Next(ref image, {Nth("tap", term)});");
            for (int i = 0; i < _displacements.Length; i++)
            {
                _sums.Add(writer, term % _plan.GroupFilters, term / _plan.GroupFilters, i, "u0", _math.Load("at", _displacements[i]));
            }
        }

        CloseLoop(writer, terms, terms);
    }

    private void EmitWeight(CSharpWriter writer, int name, int place, bool isFirst) =>
        writer.Line($"{(isFirst ? $"Floats{_bits} " : "")}u{name} = Simd{_bits}.Create({Nth("weight", place)});");

    private static string Nth(string start, int place) => place == 0 ? start : $"Next(ref {start}, {place})";

    private static void CloseLoop(CSharpWriter writer, int taps, int weights)
    {
        writer.Line($"tap = ref Next(ref tap, {taps});");
        writer.Line($"weight = ref Next(ref weight, {weights});");
        writer.Close();
    }

    /// <summary>Writes straight-line code, a method for each part of the filters.</summary>
    private void EmitStraight(CSharpWriter writer)
    {
        var table = new AlignedTable();
        var copy = new ImageCopyEmitter(_plan);
        GroupTap[] taps = [.. _plan.Groups.SelectMany(group => group.Taps)];
        table.Add([.. taps.SelectMany(tap => tap.Weights).OfType<float>()]);
        int biases = table.Add(_grid.Layer.Biases.Raw);
        int offsets = table.Add([.. taps.Select(tap => (uint)tap.Offset)]);
        int? channels = AddChannels(table);
        EmitHead(writer, copy);
        writer.Line($"ref float w = ref {Table};");
        foreach (MethodPart part in _site.Parts) writer.Line($"{_site.Method}From{part.FirstUnit}(ref x, ref y, ref w);");
        writer.Close();
        int firstTap = 0, firstTerm = 0;
        foreach (MethodPart part in _site.Parts)
        {
            writer.Line();
            writer.Line(UnrolledKernel.Optimize);
            writer.Open($"private static void {_site.Method}From{part.FirstUnit}({Body})");
            writer.Line(AlignedTable.Part("int", "taps", offsets));
            foreach (FilterGroup group in _plan.Groups.Where(
                group => part.FirstUnit <= group.Filters[0] && group.Filters[0] < part.FirstUnit + part.UnitCount))
            {
                EmitGroup(writer, group, biases, firstTap, firstTerm);
                firstTap += group.Taps.Count;
                firstTerm += group.Terms;
            }

            writer.Close();
        }

        EmitCopy(writer, copy, channels, table);
    }

    /// <summary>Writes the straight-line code of a group, whose taps and weights begin at given places of the table.</summary>
    private void EmitGroup(CSharpWriter writer, FilterGroup group, int biases, int firstTap, int firstTerm)
    {
        int size = group.Filters.Count, term = firstTerm;
        writer.Line();
        writer.Open();
        for (int i = 0; i < size; i++) writer.Line($"ref float y{i} = ref {Unsafe}.Add(ref y, {group.Filters[i] * _grid.FilterLength});");
        OpenTiles(writer, size);
        for (int i = 0; i < size; i++) _sums.Start(writer, i, _math.Broadcast("w", biases + group.Filters[i]));
        if (group.Taps.Count > 0)
        {
            writer.Line("ref float at = ref image;");
            IEnumerable<string> values = Enumerable.Range(0, size)
                .Where(i => group.Taps.Any(tap => tap.Weights[i] is not null)).Select(i => $"u{i}");
            if (group.Taps.Any(tap => tap.Weights.Count(weight => weight is not null) > 1)) values = values.Prepend("v");
            writer.Line($"Floats{_bits} {string.Join(", ", values)};");
        }

        int[] terms = new int[size];
        for (int tap = 0; tap < group.Taps.Count; tap++)
        {
            // The offset comes from the table: did the JIT know it, it would keep what several taps load in memory on the stack.
            writer.Line($"at = ref {Unsafe}.Add(ref image, {Unsafe}.Add(ref taps, {firstTap + tap}));");
            int[] filters = [.. Enumerable.Range(0, size).Where(i => group.Taps[tap].Weights[i] is not null)];
            foreach (int filter in filters) writer.Line($"u{filter} = {_math.Broadcast("w", term++)};");
            for (int i = 0; i < _displacements.Length; i++)
            {
                string load = _math.Load("at", _displacements[i]);
                if (filters.Length > 1) writer.Line($"v = {load};");
                foreach (int filter in filters)
                {
                    _sums.Add(writer, filter, terms[filter] % _plan.Chains, i, $"u{filter}", filters.Length > 1 ? "v" : load);
                }
            }

            foreach (int filter in filters) terms[filter]++;
        }

        EndTiles(writer, size);
        writer.Close();
    }

    /// <summary>Opens the stage's method, in which <c>x</c> is the image as the taps read it and <c>y</c> the output.</summary>
    private void EmitHead(CSharpWriter writer, ImageCopyEmitter copy)
    {
        string work = _plan.WorkFloats > 0 ? ", global::System.Span<float> work" : "";
        writer.Open(
            $"internal static void {_site.Method}(global::System.ReadOnlySpan<float> input, global::System.Span<float> output{work})");
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
        _layout.Channels[_layout.Channels.Count - 1] == _layout.Channels.Count - 1
            ? null
            : table.Add([.. _layout.Channels.Select(c => (uint)c)]);

    /// <summary>
    /// Opens the loops over the tiles of a group, in which <c>image</c> and <c>target0</c>, ... are where the tile reads and, from
    /// <c>y0</c>, ... on, writes.
    /// </summary>
    private void OpenTiles(CSharpWriter writer, int filters)
    {
        Open("line", _plan.LineTiles, _plan.TileLines * _layout.LineUnits, _layout.Units);
        Open("segment", _plan.SegmentTiles, _plan.TileSegments, _layout.Segments);
        writer.Line($"ref float image = ref {At("x", _layout.UnitStride == 1 ? "line" : $"line * {_layout.UnitStride}")};");
        for (int i = 0; i < filters; i++) writer.Line($"ref float target{i} = ref {At($"y{i}", _sums.LineTarget)};");

        void Open(string name, int tiles, int size, int count)
        {
            if (tiles == 1) return;
            string start = count % size == 0 ? $"{name}Tile * {size}" : $"global::System.Math.Min({name}Tile * {size}, {count - size})";
            writer.Open($"for (int {name}Tile = 0; {name}Tile < {tiles}; {name}Tile++)");
            writer.Line($"int {name} = {start};");
        }

        string At(string start, string line)
        {
            List<string> steps = [];
            if (_plan.LineTiles > 1) steps.Add(line);
            if (_plan.SegmentTiles > 1) steps.Add($"segment * {_lanes}");
            return steps.Count == 0 ? start : $"Next(ref {start}, {string.Join(" + ", steps)})";
        }
    }

    /// <summary>Stores what the tile has computed, and closes its loops.</summary>
    private void EndTiles(CSharpWriter writer, int filters)
    {
        for (int i = 0; i < filters; i++) _sums.End(writer, i, $"target{i}");
        if (_plan.SegmentTiles > 1) writer.Close();
        if (_plan.LineTiles > 1) writer.Close();
    }
}
