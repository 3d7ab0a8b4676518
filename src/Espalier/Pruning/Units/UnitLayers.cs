using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>
/// A network seen as layers of units: its inputs (layer 0) and its hidden layers. The outputs are no such layer: none of them can go.
/// </summary>
internal sealed class UnitLayers
{
    private readonly TrainableDense[] _layers;

    /// <summary>Looks at <paramref name="network"/>, which <see cref="Remove"/> and <see cref="TryAbsorb"/> change.</summary>
    /// <exception cref="EspalierException">A layer is not fully connected, or a hidden one is a softmax.</exception>
    public UnitLayers(TrainableNetwork network)
    {
        _layers = [.. network.Layers.Select(layer => layer as TrainableDense ?? throw new EspalierException(
            $"Layer '{layer.Name}' is not fully connected; units can be removed from perceptrons only."))];
        foreach (TrainableDense layer in _layers.AsSpan(0, _layers.Length - 1))
        {
            if (!layer.Activation.IsElementwise)
            {
                throw new EspalierException($"Hidden layer '{layer.Name}' is a softmax, in which no unit is independent of the others; "
                    + "units cannot be removed from this network.");
            }
        }
    }

    /// <summary>The number of layers of units, the inputs included.</summary>
    public int Count => _layers.Length;

    /// <summary>The number of units of a layer, removed ones included.</summary>
    public int Size(int layer) => _layers[layer].Weights.Columns;

    /// <summary>What reads the units of a layer: its weights have a column for each.</summary>
    public TrainableDense Reader(int layer) => _layers[layer];

    /// <summary>What computes the units of a hidden layer: its weights have a row for each.</summary>
    public TrainableDense Writer(int layer) => _layers[layer - 1];

    /// <summary>For each unit of each layer, whether its mask leaves it an outgoing weight.</summary>
    public bool[][] Live() => [.. _layers.Select(reader => reader.Weights.Mask is uint[] mask
        ? ColumnsWith(reader.Weights, mask, Parameter.Removed)
        : NewFilled(reader.Weights.Columns))];

    /// <summary>For each unit of a layer, whether it has an outgoing weight that is not zero.</summary>
    public bool[] Read(int layer) => ColumnsWith(_layers[layer].Weights, _layers[layer].Weights.Values, 0);

    /// <summary>The weights that lead from a unit to those that read it (copied).</summary>
    public float[] Outgoing(UnitId unit)
    {
        Parameter weights = _layers[unit.Layer].Weights;
        var column = new float[weights.Rows];
        for (int row = 0; row < column.Length; row++) column[row] = weights.Values[row * weights.Columns + unit.Unit];
        return column;
    }

    /// <summary>The weights that lead to a hidden unit.</summary>
    public ReadOnlySpan<float> Incoming(UnitId unit) =>
        Row(Writer(unit.Layer).Weights.Values, unit.Unit, Writer(unit.Layer).Weights.Columns);

    /// <summary>
    /// Removes a unit: the mask takes its outgoing weights and, of a hidden one, its incoming weights; its bias becomes 0. What it fed is
    /// then as if its output were 0.
    /// </summary>
    public void Remove(UnitId unit)
    {
        Parameter outgoing = Reader(unit.Layer).Weights;
        uint[] mask = MaskOf(outgoing);
        for (int i = unit.Unit; i < mask.Length; i += outgoing.Columns) mask[i] = Parameter.Removed;
        outgoing.Freeze(mask);
        if (unit.Layer == 0) return;

        Parameter incoming = Writer(unit.Layer).Weights;
        mask = MaskOf(incoming);
        mask.AsSpan(unit.Unit * incoming.Columns, incoming.Columns).Clear(); // Parameter.Removed
        incoming.Freeze(mask);
        Writer(unit.Layer).Biases.Values[unit.Unit] = 0;
    }

    /// <summary>
    /// Removes a unit and makes those that read it do with scale x twin + offset in its place: w_twin += scale w_unit and
    /// b += offset w_unit. Weights of the twin that were removed live again where they take over a living one; their count never rises.
    /// </summary>
    /// <param name="unit">The unit to remove.</param>
    /// <param name="twin">Another unit of its layer, or null to leave it at the constant.</param>
    /// <param name="scale">What the twin's output is multiplied by.</param>
    /// <param name="offset">What is added to that.</param>
    /// <returns>Whether it was done; otherwise a number would no longer be finite, and nothing has changed.</returns>
    public bool TryAbsorb(UnitId unit, int? twin, float scale, float offset)
    {
        Parameter weights = Reader(unit.Layer).Weights;
        float[] biases = Reader(unit.Layer).Biases.Values, outgoing = Outgoing(unit);
        float[] newBiases = (float[])biases.Clone();
        float[]? merged = twin is int index ? Outgoing(unit with { Unit = index }) : null;
        for (int row = 0; row < outgoing.Length; row++)
        {
            newBiases[row] += offset * outgoing[row];
            if (merged is not null) merged[row] += scale * outgoing[row];
            if (!float.IsFinite(newBiases[row]) || merged is not null && !float.IsFinite(merged[row])) return false;
        }

        newBiases.CopyTo(biases, 0);
        if (merged is not null) Write(weights, unit.Unit, twin!.Value, merged);
        Remove(unit);
        return true;
    }

    private static void Write(Parameter weights, int unit, int twin, float[] merged)
    {
        for (int row = 0; row < merged.Length; row++) weights.Values[row * weights.Columns + twin] = merged[row];
        if (weights.Mask is null) return;
        uint[] mask = MaskOf(weights);
        for (int row = 0; row < merged.Length; row++) mask[row * weights.Columns + twin] |= mask[row * weights.Columns + unit];
        weights.Freeze(mask);
    }

    private static uint[] MaskOf(Parameter parameter)
    {
        if (parameter.Mask is uint[] mask) return (uint[])mask.Clone();
        mask = new uint[parameter.Values.Length];
        mask.AsSpan().Fill(Parameter.Live);
        return mask;
    }

    private static bool[] ColumnsWith<T>(Parameter weights, T[] cells, T nothing)
        where T : IEquatable<T>
    {
        var found = new bool[weights.Columns];
        for (int row = 0; row < weights.Rows; row++)
        {
            ReadOnlySpan<T> line = Row(cells, row, found.Length);
            for (int column = 0; column < found.Length; column++) found[column] |= !line[column].Equals(nothing);
        }

        return found;
    }

    private static ReadOnlySpan<T> Row<T>(T[] cells, int row, int columns) => cells.AsSpan(row * columns, columns);

    private static bool[] NewFilled(int length)
    {
        var all = new bool[length];
        Array.Fill(all, true);
        return all;
    }
}
