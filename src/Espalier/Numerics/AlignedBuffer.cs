using System.Runtime.InteropServices;

namespace Espalier.Numerics;

/// <summary>Floats on a cache-line boundary: a 512-bit load that straddles two lines costs two.</summary>
internal sealed class AlignedBuffer
{
    private const int LineBytes = 64;
    private readonly float[] _array;
    private readonly int _start;
    private readonly int _length;

    /// <summary>Allocates <paramref name="length"/> zeros, pinned so that they stay where they are.</summary>
    public AlignedBuffer(int length)
    {
        _length = length;
        _array = GC.AllocateArray<float>(length + LineBytes / sizeof(float), pinned: true);
        long misplaced = Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0) % LineBytes;
        _start = (int)((LineBytes - misplaced) % LineBytes / sizeof(float));
    }

    /// <summary>The first float; good for as long as the buffer is kept alive.</summary>
    public unsafe float* Pointer => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_array, _start);

    /// <summary>The floats.</summary>
    public Span<float> Span => _array.AsSpan(_start, _length);
}
