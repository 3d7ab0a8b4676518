using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>
/// A network seen as layers of units: its inputs (layer 0) and what its hidden layers compute, units of dense layers and filters of
/// convolutions. A layer that only passes on what others compute has none, and the outputs are no such layer: none of them can go.
/// </summary>
internal sealed class UnitLayers
{
    private readonly UnitGraph _graph;

    /// <summary>Looks at <paramref name="network"/>, which <see cref="Remove"/> and <see cref="TryAbsorb"/> change.</summary>
    /// <exception cref="EspalierException">A hidden layer is a softmax, or a layer is of a kind whose units nobody can tell.</exception>
    public UnitLayers(TrainableNetwork network) => (Network, _graph) = (network, new UnitGraph(network));

    /// <summary>The network.</summary>
    public TrainableNetwork Network { get; }

    /// <summary>The number of layers of units: the inputs, and one for each layer of the network but the last.</summary>
    public int Count => _graph.Layers.Length;

    /// <summary>The number of units of a layer, removed ones included.</summary>
    public int Size(int layer) => _graph.Layers[layer].Length;

    /// <summary>What the units of a layer are.</summary>
    public UnitKind KindOf(int layer) =>
        layer == 0 ? UnitKind.Input : Network.Layers[layer - 1] is TrainableConvolution ? UnitKind.Filter : UnitKind.Unit;

    /// <summary>What a unit is made of.</summary>
    public UnitParts this[UnitId unit] => _graph.Layers[unit.Layer][unit.Unit];

    /// <summary>The units of a layer.</summary>
    public ReadOnlySpan<UnitParts> Units(int layer) => _graph.Layers[layer];

    /// <summary>The unit of each channel of a value (-1 is the input), or null where it cannot go.</summary>
    public UnitParts?[] Channels(int value) => _graph.Channels(value);

    /// <summary>The numbers that such a channel has in each sample.</summary>
    public int ChannelLength(int value) => _graph.ChannelLength(value);

    /// <summary>The numbers of a sample of a value.</summary>
    public int Width(int value) => _graph.Width(value);

    /// <summary>The faces of each unit of each layer.</summary>
    public UnitFace[][][] Faces() =>
        Array.ConvertAll(_graph.Layers, units => Array.ConvertAll(units, unit => unit.Faces.ToArray()));

    /// <summary>For each unit of each layer, whether the masks leave it an outgoing weight.</summary>
    public bool[][] Live() => Array.ConvertAll(_graph.Layers, units => Array.ConvertAll(units, IsLive));

    /// <summary>For each unit of a layer, whether it has an outgoing weight that is not zero.</summary>
    public bool[] Read(int layer) => Array.ConvertAll(_graph.Layers[layer], IsRead);

    /// <summary>Whether a unit has an outgoing weight that is not zero.</summary>
    public static bool IsRead(UnitParts unit) => HasOther(unit, read => read.Reader.Weights.Values, 0f);

    /// <summary>The number of weights that would leave with a unit: the living ones that lead to it and from it.</summary>
    public int LiveWeights(UnitId unit)
    {
        int count = 0;
        foreach (UnitRow row in this[unit].Rows)
        {
            count += row.Layer.Weights.Mask is uint[] mask ? row.Of(mask).Count(Parameter.Live) : row.Weights.Length;
        }

        foreach (UnitRead read in this[unit].Reads)
        {
            Parameter weights = read.Reader.Weights;
            for (int row = 0; row < weights.Rows; row++)
            {
                count += weights.Mask is uint[] mask ? read.Of(mask, row).Count(Parameter.Live) : read.Columns;
            }
        }

        return count;
    }

    /// <summary>The weights that lead from a unit to those that read it (copied): reader by reader, row by row.</summary>
    public float[] Outgoing(UnitId unit) => [.. this[unit].Reads.SelectMany(read => read.Weights())];

    /// <summary>
    /// Passes of their own through the layers that read units, from the values of another pass; null for other layers, by the layers'
    /// indices.
    /// </summary>
    /// <param name="whole">The pass through the network.</param>
    /// <param name="asked">The layers of units that are asked for have entries.</param>
    /// <param name="layers">The network's layers, or others of the same shapes in their place.</param>
    public LayerPass?[] ReaderPasses(NetworkPass whole, bool[][] asked, IReadOnlyList<TrainableLayer> layers)
    {
        var passes = new LayerPass?[Network.Layers.Count];
        IEnumerable<UnitParts> units = _graph.Layers.Where((_, i) => asked[i].Length > 0).SelectMany(layer => layer);
        foreach (UnitRead read in units.SelectMany(unit => unit.Reads))
        {
            if (passes[read.Index] is not null) continue;
            LayerPass pass = passes[read.Index] = layers[read.Index].CreatePass(new PassMode(null), whole.Capacity);
            pass.Inputs = [read.Face.ValueIn(whole)];
        }

        return passes;
    }

    /// <summary>
    /// Removes a unit: masks take its outgoing weights and, of a hidden one, its incoming weights; its biases and what normalisations make
    /// of it become 0. What it fed is then as if its output were 0.
    /// </summary>
    public void Remove(UnitId unit)
    {
        UnitParts parts = this[unit];
        foreach (UnitRead read in parts.Reads)
        {
            uint[] mask = MaskOf(read.Reader.Weights);
            for (int row = 0; row < read.Reader.Weights.Rows; row++) read.Of(mask, row).Clear(); // Parameter.Removed
            read.Reader.Weights.Freeze(mask);
        }

        foreach (UnitRow row in parts.Rows)
        {
            uint[] mask = MaskOf(row.Layer.Weights);
            row.Of(mask).Clear(); // Parameter.Removed
            row.Layer.Weights.Freeze(mask);
            row.Bias = 0;
        }

        foreach (UnitChannel channel in parts.Channels)
        {
            channel.Layer.Scale.Values[channel.Channel] = 0;
            channel.Layer.Shift.Values[channel.Channel] = 0;
        }
    }

    /// <summary>
    /// Removes a unit and makes those that read it do with scale x twin + offset in its place: w_twin += scale w_unit and
    /// b += offset times the sum of w_unit over its numbers or taps. Weights of the twin that were removed live again where they take over
    /// a living one; their count never rises. To a convolution that pads, the offset goes on beyond the image's border, where the unit was
    /// 0: all that this is not exact in.
    /// </summary>
    /// <param name="unit">The unit to remove.</param>
    /// <param name="twin">Another unit of its layer, or null to leave it at the constant.</param>
    /// <param name="scale">What the twin's output is multiplied by.</param>
    /// <param name="offsets">What is added to that: for each of the unit's <see cref="UnitParts.Faces"/>, or one for all.</param>
    /// <returns>
    /// Whether it was done; otherwise a number would no longer be finite or the twin lies elsewhere, and nothing has changed.
    /// </returns>
    public bool TryAbsorb(UnitId unit, int? twin, float scale, params ReadOnlySpan<float> offsets)
    {
        UnitParts parts = this[unit];
        UnitParts? other = twin is int index ? this[unit with { Unit = index }] : null;
        if (other is not null && !other.IsCongruent(parts)) return false;
        var biases = new Dictionary<Parameter, float[]>();
        float[][] merged = [.. parts.Reads.Select((read, i) => other is null ? [] : other.Reads[i].Weights())];
        for (int i = 0; i < merged.Length; i++)
        {
            UnitRead read = parts.Reads[i];
            if (!biases.TryGetValue(read.Reader.Biases, out float[]? sums))
            {
                biases.Add(read.Reader.Biases, sums = (float[])read.Reader.Biases.Values.Clone());
            }

            float offset = offsets[offsets.Length == 1 ? 0 : read.FaceIndex];
            float[] outgoing = read.Weights();
            for (int j = 0; j < outgoing.Length; j++)
            {
                ref float sum = ref sums[j / read.Columns];
                sum += offset * outgoing[j];
                if (other is not null) merged[i][j] += scale * outgoing[j];
                if (!float.IsFinite(sum) || other is not null && !float.IsFinite(merged[i][j])) return false;
            }
        }

        foreach ((Parameter parameter, float[] sums) in biases) sums.CopyTo(parameter.Values, 0);
        for (int i = 0; other is not null && i < merged.Length; i++) Write(parts.Reads[i], other.Reads[i], merged[i]);
        Remove(unit);
        return true;
    }

    private static void Write(UnitRead unit, UnitRead twin, float[] merged)
    {
        Parameter weights = twin.Reader.Weights;
        for (int row = 0; row < weights.Rows; row++) merged.AsSpan(row * twin.Columns, twin.Columns).CopyTo(twin.Of(weights.Values, row));
        if (weights.Mask is null) return;
        uint[] mask = MaskOf(weights);
        for (int row = 0; row < weights.Rows; row++)
        {
            Span<uint> into = twin.Of(mask, row), from = unit.Of(mask, row);
            for (int i = 0; i < into.Length; i++) into[i] |= from[i];
        }

        weights.Freeze(mask);
    }

    private static bool IsLive(UnitParts unit) =>
        unit.Reads.Any(read => read.Reader.Weights.Mask is null) || HasOther(unit, read => read.Reader.Weights.Mask!, Parameter.Removed);

    /// <summary>Whether a unit's outgoing part of some matrix has anything but <paramref name="nothing"/>.</summary>
    private static bool HasOther<T>(UnitParts unit, Func<UnitRead, T[]> cells, T nothing)
        where T : IEquatable<T>
    {
        foreach (UnitRead read in unit.Reads)
        {
            T[] matrix = cells(read);
            for (int row = 0; row < read.Reader.Weights.Rows; row++)
            {
                if (read.Of(matrix, row).ContainsAnyExcept(nothing)) return true;
            }
        }

        return false;
    }

    private static uint[] MaskOf(Parameter parameter)
    {
        if (parameter.Mask is uint[] mask) return (uint[])mask.Clone();
        mask = new uint[parameter.Values.Length];
        mask.AsSpan().Fill(Parameter.Live);
        return mask;
    }
}
