using System.Runtime.InteropServices;

namespace Espalier.Compilation.Model;

/// <summary>Converts between a float and its IEEE-754 bits (netstandard2.0 has no <c>SingleToInt32Bits</c>).</summary>
public static class FloatBits
{
    /// <summary>The 32 bits of <paramref name="value"/>.</summary>
    public static uint Of(float value) => new Overlay { Float = value }.Bits;

    /// <summary>The float whose 32 bits are <paramref name="bits"/>.</summary>
    public static float ToFloat(uint bits) => new Overlay { Bits = bits }.Float;

    /// <summary>Whether <paramref name="value"/> is neither infinite nor NaN.</summary>
    public static bool IsFinite(float value) => (Of(value) & 0x7F800000) != 0x7F800000;

    [StructLayout(LayoutKind.Explicit)]
    private struct Overlay
    {
        [FieldOffset(0)] public float Float;
        [FieldOffset(0)] public uint Bits;
    }
}
