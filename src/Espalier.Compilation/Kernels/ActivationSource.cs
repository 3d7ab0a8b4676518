using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// The text of <see cref="ActivationMath"/>, cut at its markers: <c>// begin Name needs A B</c> ... <c>// end</c>. The file is embedded in
/// the assembly, so what the library computes and what generated code computes cannot drift apart.
/// </summary>
internal static class ActivationSource
{
    private const string ResourceName = "Espalier.Compilation.Kernels.ActivationMath.cs";

    private static readonly Lazy<List<Section>> s_sections = new(Load, LazyThreadSafetyMode.PublicationOnly);

    /// <summary>
    /// The expression that applies <paramref name="activation"/> to the expression <paramref name="sum"/>, as the kernels write it.
    /// </summary>
    public static string Call(Activation activation, string sum) => activation.Kind switch
    {
        ActivationKind.Identity or ActivationKind.Softmax => sum,
        _ when activation.HasParameter => $"{activation.Kind}({sum}, {FloatLiteral.Of(activation.Alpha)})",
        _ => $"{activation.Kind}({sum})",
    };

    /// <summary>
    /// The functions that <paramref name="activations"/> need, in the order of the source file, ready for generated code.
    /// </summary>
    public static IEnumerable<string> FunctionsFor(IEnumerable<ActivationKind> activations)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (ActivationKind kind in activations)
        {
            if (kind != ActivationKind.Identity) Require(kind.ToString(), needed);
        }

        foreach (Section section in s_sections.Value)
        {
            if (needed.Contains(section.Name)) yield return ForGeneratedCode(section);
        }
    }

    private static void Require(string name, HashSet<string> needed)
    {
        if (!needed.Add(name)) return;
        Section section = s_sections.Value.Find(candidate => candidate.Name == name)
            ?? throw new InvalidOperationException($"{ResourceName} has no section '{name}'.");
        foreach (string other in section.Needs) Require(other, needed);
    }

    /// <summary>netstandard2.0 has neither the bit casts nor spans; generated code has both.</summary>
    private static string ForGeneratedCode(Section section) => section.Name switch
    {
        "ToBits" => "private static int ToBits(float value) => global::System.BitConverter.SingleToInt32Bits(value);",
        "ToFloat" => "private static float ToFloat(int bits) => global::System.BitConverter.Int32BitsToSingle(bits);",
        _ => section.Text.Replace("float[]", "global::System.Span<float>"),
    };

    private static List<Section> Load()
    {
        using Stream stream = typeof(ActivationSource).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"The resource {ResourceName} is missing from the assembly.");
        using var reader = new StreamReader(stream);
        var sections = new List<Section>();
        Section? open = null;
        var lines = new List<string>();
        while (reader.ReadLine() is string line)
        {
            string text = line.Trim();
            if (text.StartsWith("// begin ", StringComparison.Ordinal))
            {
                string[] words = text.Split(' ');
                open = new Section(words[2], [.. words.Skip(4)], "");
                lines.Clear();
            }
            else if (text == "// end" && open is not null)
            {
                sections.Add(open with { Text = string.Join("\n", lines) });
                open = null;
            }
            else if (open is not null)
            {
                // The file indents members by four spaces; the writer adds its own.
                lines.Add(line.Length > 4 ? line.Substring(4) : "");
            }
        }

        return sections;
    }

    private sealed record Section(string Name, string[] Needs, string Text);
}
