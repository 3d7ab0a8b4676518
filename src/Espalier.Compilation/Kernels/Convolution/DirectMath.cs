using System;

namespace Espalier.Compilation.Kernels.Convolution;

/// <summary>
/// Expressions over registers without a function between: the JIT stops inlining in long methods, and each multiply-add that stays a call
/// takes 50 times as long.
/// </summary>
/// <param name="width">The register width.</param>
internal sealed class DirectMath(VectorWidth width)
{
    private const string X86 = "global::System.Runtime.Intrinsics.X86";

    private readonly int _bits = width.Bits();

    /// <summary>The register at a distance from a reference.</summary>
    public string Load(string start, int offset) => $"Simd{_bits}.LoadUnsafe(ref {start}, {offset})";

    /// <summary>The statement that stores a register.</summary>
    public string Store(string value, string start, int offset) => $"Simd{_bits}.StoreUnsafe({value}, ref {start}, {offset});";

    /// <summary>The float at a distance from a reference, in every lane.</summary>
    public string Broadcast(string start, int offset) =>
        $"Simd{_bits}.Create(global::System.Runtime.CompilerServices.Unsafe.Add(ref {start}, {offset}))";

    /// <summary>a b + c, rounded once where the processor can.</summary>
    public string MultiplyAdd(string a, string b, string c) => width switch
    {
        VectorWidth.Vector512 => $"{X86}.Avx512F.FusedMultiplyAdd({a}, {b}, {c})",
        VectorWidth.Vector256 => $"{X86}.Fma.MultiplyAdd({a}, {b}, {c})",
        VectorWidth.Vector128 => $"MultiplyAdd({a}, {b}, {c})",
        _ => throw new InvalidOperationException("Scalar code has no registers."),
    };

    /// <summary>
    /// The larger of two registers, lane by lane; NaN when one is: the instruction gives the second when it cannot compare, which loses a
    /// NaN in the first alone.
    /// </summary>
    /// <param name="a">The name of a register.</param>
    /// <param name="b">Any expression.</param>
    public string Larger(string a, string b) => width switch
    {
        VectorWidth.Vector512 => OrNaN(a, $"{X86}.Avx512F.Max({a}, {b})"),
        VectorWidth.Vector256 => OrNaN(a, $"{X86}.Avx.Max({a}, {b})"),
        _ => $"Larger({a}, {b})",
    };

    private string OrNaN(string a, string larger) => $"Simd{_bits}.ConditionalSelect(Simd{_bits}.Equals({a}, {a}), {larger}, {a})";
}
