using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Espalier.Inference.Baselines.Packed;

/// <summary>Floats, all zero at first, that start on a cache line and never move, so that no vector load is split between two lines.</summary>
internal sealed unsafe class AlignedFloats
{
    private const int Alignment = 64;

    private readonly float[] _array;
    private readonly int _start;

    /// <summary>Allocates <paramref name="length"/> floats on the pinned heap.</summary>
    public AlignedFloats(int length)
    {
        _array = GC.AllocateArray<float>(length + Alignment / sizeof(float), pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array));
        _start = (int)((0 - address) % Alignment / sizeof(float));
        Length = length;
    }

    /// <summary>The number of floats.</summary>
    public int Length { get; }

    /// <summary>The first float. The buffer must be kept alive while the pointer is in use.</summary>
    public float* Pointer => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array)) + _start;

    /// <summary>All floats.</summary>
    public Span<float> Span => _array.AsSpan(_start, Length);
}
