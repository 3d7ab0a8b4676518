using Espalier.Compilation.Model;
using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>What is left of a value when units have gone.</summary>
/// <param name="Kept">Its channels that stay, by their old numbers.</param>
/// <param name="Length">The numbers of a channel in each sample.</param>
/// <param name="Shape">The shape of what stays.</param>
internal sealed record ShrunkValue(int[] Kept, int Length, Shape Shape)
{
    /// <summary>What is left of a value (-1 is the input) of the units in <paramref name="kept"/> and of what cannot go.</summary>
    public static ShrunkValue Of(UnitLayers layers, int value, HashSet<UnitParts> kept)
    {
        TrainableNetwork network = layers.Network;
        UnitParts?[] channels = layers.Channels(value);
        int[] left = [.. Enumerable.Range(0, channels.Length).Where(i => channels[i] is not UnitParts unit || kept.Contains(unit))];
        Shape shape = value < 0 ? network.InputShape : network.Layers[value].OutputShape with { Channels = left.Length };
        return new ShrunkValue(left, layers.ChannelLength(value), shape);
    }

    /// <summary>The numbers that stay, by their old places in a sample.</summary>
    public int[] Numbers() => Spread(Kept, Length);

    /// <summary>Each of <paramref name="blocks"/> as the numbers of its <paramref name="length"/> places.</summary>
    public static int[] Spread(int[] blocks, int length)
    {
        var places = new int[blocks.Length * length];
        for (int i = 0; i < places.Length; i++) places[i] = blocks[i / length] * length + i % length;
        return places;
    }
}
