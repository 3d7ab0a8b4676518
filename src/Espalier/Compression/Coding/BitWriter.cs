using System.Numerics;

namespace Espalier.Compression.Coding;

/// <summary>Collects bits, the highest of a number first.</summary>
internal sealed class BitWriter
{
    private readonly List<byte> _bytes = [];
    private uint _pending;
    private int _pendingCount;

    /// <summary>The number of bits written.</summary>
    public long Length => 8L * _bytes.Count + _pendingCount;

    /// <summary>Writes the lowest <paramref name="count"/> bits of <paramref name="value"/>, 0 to 64.</summary>
    public void Write(ulong value, int count)
    {
        for (int left = count; left > 0;)
        {
            int taken = Math.Min(8 - _pendingCount, left);
            left -= taken;
            _pending = (_pending << taken) | ((uint)(value >> left) & ((1u << taken) - 1));
            _pendingCount += taken;
            if (_pendingCount < 8) return;
            _bytes.Add((byte)_pending);
            (_pending, _pendingCount) = (0, 0);
        }
    }

    /// <summary>Writes one bit.</summary>
    public void Write(bool bit) => Write(bit ? 1u : 0u, 1);

    /// <summary>
    /// Writes a number of 0 or more whose size nobody knows: n + 1 in binary, after as many zeros as it has bits but one (Elias gamma,
    /// 1975).
    /// </summary>
    public void WriteNumber(long number)
    {
        ulong shifted = (ulong)number + 1;
        int bits = BitOperations.Log2(shifted);
        Write(0, bits);
        Write(shifted, bits + 1);
    }

    /// <summary>Writes all bits of <paramref name="other"/>.</summary>
    public void Append(BitWriter other)
    {
        foreach (byte value in other._bytes) Write(value, 8);
        Write(other._pending, other._pendingCount);
    }

    /// <summary>The bits, zeros after them to the end of the last byte.</summary>
    public byte[] ToBytes() => _pendingCount == 0 ? [.. _bytes] : [.. _bytes, (byte)(_pending << (8 - _pendingCount))];
}
