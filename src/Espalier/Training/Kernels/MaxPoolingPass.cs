using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Espalier.Compilation.Model;

namespace Espalier.Training.Kernels;

/// <summary>A pass through a max-pooling, which remembers the places of the largest values.</summary>
/// <remarks>
/// A tap of many windows at a time: its values are gathered, and compared as vectors. Comparing value by value is five times slower,
/// since nobody can predict which of the four is the largest.
/// </remarks>
internal sealed class MaxPoolingPass : PoolingPass
{
    private const int Block = 256;

    // For each tap the places that it has in a channel, window by window; in the padding that of the window's first tap, which changes no
    // maximum.
    private readonly int[][] _places;
    private readonly int[] _winners;
    private readonly int _planes, _area, _windows;

    public MaxPoolingPass(PoolingLayer layer, PassMode mode, int capacity)
        : base(layer, mode)
    {
        Shape output = layer.OutputShape;
        (_planes, _area, _windows) = (output.Channels, layer.Input.Height * layer.Input.Width, Windows.Length);
        _places = new int[layer.Window.Length][];
        for (int tap = 0; tap < _places.Length; tap++)
        {
            (int row, int column) = Math.DivRem(tap, layer.Window.Width);
            _places[tap] = [.. Windows.Select(taps => row < taps.Rows && column < taps.Columns ? At(taps, row, column) : taps.Start)];
        }

        _winners = new int[checked(capacity * output.Length)];
    }

    /// <inheritdoc/>
    protected override void Pool(int sample, ReadOnlySpan<float> input, Span<float> output)
    {
        Span<int> winners = _winners.AsSpan(sample * _planes * _windows, _planes * _windows);
        var scratch = new Scratch(stackalloc float[2 * Block], stackalloc int[2 * Block]);
        for (int plane = 0; plane < _planes; plane++)
        {
            for (int first = 0; first < _windows; first += Block)
            {
                int length = Math.Min(Block, _windows - first), start = plane * _windows + first;
                PoolBlock(first, input.Slice(plane * _area, _area), scratch, output.Slice(start, length));
                for (int i = 0; i < length; i++) winners[start + i] = plane * _area + scratch.Winners[i];
            }
        }
    }

    /// <inheritdoc/>
    protected override void Differentiate(int sample, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        ReadOnlySpan<int> winners = _winners.AsSpan(sample * outputGradient.Length, outputGradient.Length);
        for (int i = 0; i < winners.Length; i++) inputGradient[winners[i]] += outputGradient[i];
    }

    // Leaves the places of the largest in the scratch.
    private void PoolBlock(int first, ReadOnlySpan<float> plane, Scratch scratch, Span<float> output)
    {
        int length = output.Length, vectors = (length + Vector<float>.Count - 1) / Vector<float>.Count;
        _places[0].AsSpan(first, length).CopyTo(scratch.Winners);
        Gather(plane, scratch.Winners[..length], scratch.Largest);
        Span<Vector<float>> best = MemoryMarshal.Cast<float, Vector<float>>(scratch.Largest);
        Span<Vector<float>> next = MemoryMarshal.Cast<float, Vector<float>>(scratch.Values);
        Span<Vector<int>> winner = MemoryMarshal.Cast<int, Vector<int>>(scratch.Winners);
        Span<Vector<int>> place = MemoryMarshal.Cast<int, Vector<int>>(scratch.Places);
        foreach (int[] tap in _places.AsSpan(1))
        {
            tap.AsSpan(first, length).CopyTo(scratch.Places);
            Gather(plane, scratch.Places[..length], scratch.Values);
            for (int i = 0; i < vectors; i++)
            {
                // Not (v <= best): true for NaN too, which then stays, as no comparison with it holds.
                Vector<int> isBetter = Vector.OnesComplement(Vector.LessThanOrEqual(next[i], best[i])) & Vector.Equals(best[i], best[i]);
                best[i] = Vector.ConditionalSelect(isBetter, next[i], best[i]);
                winner[i] = Vector.ConditionalSelect(isBetter, place[i], winner[i]);
            }
        }

        scratch.Largest[..length].CopyTo(output);
    }

    private static void Gather(ReadOnlySpan<float> plane, ReadOnlySpan<int> places, Span<float> values)
    {
        ref float from = ref MemoryMarshal.GetReference(plane);
        ref float to = ref MemoryMarshal.GetReference(values[..places.Length]);
        for (int i = 0; i < places.Length; i++) Unsafe.Add(ref to, i) = Unsafe.Add(ref from, places[i]);
    }

    /// <summary>Memory for a block of windows: their largest values and a tap's, and the places of both.</summary>
    private readonly ref struct Scratch(Span<float> floats, Span<int> places)
    {
        public readonly Span<float> Largest = floats[..Block], Values = floats[Block..];
        public readonly Span<int> Winners = places[..Block], Places = places[Block..];
    }
}
