using System;

namespace Espalier.Compilation.Kernels;

/// <summary>A register width; the value is the number of its float lanes. As flags, a set of widths.</summary>
[Flags]
public enum VectorWidth
{
    /// <summary>No vector registers: one float at a time.</summary>
    Scalar = 1,

    /// <summary>4 floats: SSE, NEON, WebAssembly.</summary>
    Vector128 = 4,

    /// <summary>8 floats: AVX2 with FMA.</summary>
    Vector256 = 8,

    /// <summary>16 floats: AVX-512.</summary>
    Vector512 = 16,
}
