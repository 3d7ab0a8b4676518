using System;
using System.Globalization;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit;

/// <summary>Spells floats as C# literals that compile to the same bits.</summary>
internal static class FloatLiteral
{
    /// <summary>
    /// The literal of a finite float. Nine significant digits tell all floats apart; the shortest form is not used because runtimes
    /// differ in it. Minus zero is spelt out, because the .NET Framework formats it as "0".
    /// </summary>
    /// <exception cref="ArgumentException">The value is infinite or NaN: no literal means it.</exception>
    public static string Of(float value)
    {
        if (!FloatBits.IsFinite(value)) throw new ArgumentException($"{value} has no literal.", nameof(value));
        if (FloatBits.Of(value) == 0x80000000) return "-0f";
        return value.ToString("G9", CultureInfo.InvariantCulture) + "f";
    }
}
