using System;
using System.Collections.Generic;
using System.Threading;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// The text of <see cref="ActivationMath"/>. The file is embedded in the assembly, so what the library computes and what generated code
/// computes cannot drift apart.
/// </summary>
internal static class ActivationSource
{
    private const string ResourceName = "Espalier.Compilation.Kernels.ActivationMath.cs";

    private static readonly Lazy<SourceSections> s_sections =
        new(() => SourceSections.Load(ResourceName, indent: 4), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>
    /// The expression that applies <paramref name="activation"/> to the expression <paramref name="sum"/>, as the kernels write it, be it
    /// a float or a vector.
    /// </summary>
    public static string Call(Activation activation, string sum) => activation.Kind switch
    {
        ActivationKind.Identity or ActivationKind.Softmax => sum,
        _ when activation.HasParameter => $"{activation.Kind}({sum}, {FloatLiteral.Of(activation.Alpha)})",
        _ => $"{activation.Kind}({sum})",
    };

    /// <summary>
    /// The functions of the given names with all that they need, in the order of the source file, ready for generated code.
    /// </summary>
    public static IEnumerable<string> FunctionsFor(IEnumerable<string> names)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (name != nameof(ActivationKind.Identity)) Require(name, needed);
        }

        foreach (SourceSections.Section section in s_sections.Value.All)
        {
            if (needed.Contains(section.Name)) yield return ForGeneratedCode(section);
        }
    }

    private static void Require(string name, HashSet<string> needed)
    {
        if (!needed.Add(name)) return;
        SourceSections.Section section = s_sections.Value.Find(name)
            ?? throw new InvalidOperationException($"{ResourceName} has no section '{name}'.");
        foreach (string other in section.Needs) Require(other, needed);
    }

    /// <summary>netstandard2.0 has neither the bit casts nor spans; generated code has both.</summary>
    private static string ForGeneratedCode(SourceSections.Section section) => section.Name switch
    {
        "ToBits" => "private static int ToBits(float value) => global::System.BitConverter.SingleToInt32Bits(value);",
        "ToFloat" => "private static float ToFloat(int bits) => global::System.BitConverter.Int32BitsToSingle(bits);",
        _ => section.Text.Replace("float[]", "global::System.Span<float>"),
    };
}
