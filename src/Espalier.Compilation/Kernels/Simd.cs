using System;
using System.Collections.Generic;

namespace Espalier.Compilation.Kernels;

/// <summary>How generated code speaks of a register width.</summary>
internal static class Simd
{
    private const string Intrinsics = "global::System.Runtime.Intrinsics.";

    /// <summary>The widths that have vector registers, from the widest on.</summary>
    public static IReadOnlyList<VectorWidth> Widths { get; } = [VectorWidth.Vector512, VectorWidth.Vector256, VectorWidth.Vector128];

    /// <summary>The number of floats in a register.</summary>
    public static int Lanes(this VectorWidth width) => (int)width;

    /// <summary>The number of bits in a register, with which names in generated code end.</summary>
    public static int Bits(this VectorWidth width) => 32 * width.Lanes();

    /// <summary>The plain name, such as <c>Vector512</c>.</summary>
    public static string Name(this VectorWidth width) => width switch
    {
        VectorWidth.Scalar or VectorWidth.Vector128 or VectorWidth.Vector256 or VectorWidth.Vector512 => width.ToString(),
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "Not a single width."),
    };

    /// <summary>
    /// The condition under which code of this width may and should run. The JIT and the native compiler fold it to a constant. That a
    /// width is hardware-accelerated is the runtime's policy (processors that slow down under 512 bits say no), that an instruction
    /// exists is a fact; both are asked.
    /// </summary>
    public static string Condition(this VectorWidth width) => width switch
    {
        VectorWidth.Vector512 => $"{Intrinsics}{Name(width)}.IsHardwareAccelerated && {Intrinsics}X86.Avx512F.IsSupported",
        VectorWidth.Vector256 =>
            $"{Intrinsics}{Name(width)}.IsHardwareAccelerated && {Intrinsics}X86.Avx2.IsSupported && {Intrinsics}X86.Fma.IsSupported",
        _ => $"{Intrinsics}{Name(width)}.IsHardwareAccelerated",
    };

    /// <summary>A count rounded up to whole registers.</summary>
    public static int RoundUp(int count, int lanes) => checked((count + lanes - 1) / lanes * lanes);
}
