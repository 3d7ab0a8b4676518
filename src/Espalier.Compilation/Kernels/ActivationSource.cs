using System;
using System.Collections.Generic;
using System.Linq;
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
    public static IEnumerable<string> FunctionsFor(IEnumerable<string> names) => SectionsFor(names).Select(ForGeneratedCode);

    /// <summary>The same for plain C#, which has arrays and no bit casts.</summary>
    public static IEnumerable<string> PlainFunctionsFor(IEnumerable<string> names) => SectionsFor(names).Select(ForPlainCode);

    private static IEnumerable<SourceSections.Section> SectionsFor(IEnumerable<string> names)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (name != nameof(ActivationKind.Identity)) Require(name, needed);
        }

        return s_sections.Value.All.Where(section => needed.Contains(section.Name));
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

    private static string ForPlainCode(SourceSections.Section section) => section.Name switch
    {
        "ToBits" => """
            private static int ToBits(float value)
            {
                Overlay overlay = default(Overlay);
                overlay.Value = value;
                return overlay.Bits;
            }

            /// <summary>A float and its bits in one place.</summary>
            [global::System.Runtime.InteropServices.StructLayout(global::System.Runtime.InteropServices.LayoutKind.Explicit)]
            private struct Overlay
            {
                [global::System.Runtime.InteropServices.FieldOffset(0)]
                internal float Value;

                [global::System.Runtime.InteropServices.FieldOffset(0)]
                internal int Bits;
            }
            """,
        "ToFloat" => """
            private static float ToFloat(int bits)
            {
                Overlay overlay = default(Overlay);
                overlay.Bits = bits;
                return overlay.Value;
            }
            """,
        _ => section.Text,
    };
}
