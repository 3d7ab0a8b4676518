using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Threading;
using Espalier.Compilation.Emit;

namespace Espalier.Compilation.Kernels;

/// <summary>The text of <c>VectorMath.txt</c>: functions over registers that vector kernels take along.</summary>
internal static class VectorMathSource
{
    private const string ResourceName = "Espalier.Compilation.Kernels.VectorMath.txt";

    private static readonly Lazy<SourceSections> s_sections =
        new(() => SourceSections.Load(ResourceName, indent: 0), LazyThreadSafetyMode.PublicationOnly);

    // The N that stands for a width: at the end of a name.
    private static readonly Regex s_width = new(@"(?<=[a-z])(?<!Na)N\b", RegexOptions.CultureInvariant);

    /// <summary>
    /// The functions called <paramref name="names"/> for the given widths, with all that they need, in the order of the source file and
    /// from the widest width on.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no such function.</exception>
    public static IEnumerable<string> FunctionsFor(IEnumerable<(VectorWidth Width, string Name)> names)
    {
        var needed = new HashSet<(VectorWidth, string)>();
        foreach ((VectorWidth width, string name) in names) Require(width, name, needed);
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (SourceSections.Section section in s_sections.Value.All)
        {
            foreach (VectorWidth width in Simd.Widths)
            {
                if (!needed.Contains((width, section.Name))) continue;
                string text = ForWidth(section.Text, width);
                if (written.Add(text)) yield return text;
            }
        }
    }

    /// <summary>The directives that name the types of a width.</summary>
    public static IEnumerable<string> Aliases(VectorWidth width)
    {
        string type = $"global::System.Runtime.Intrinsics.{width.Name()}";
        yield return $"using Floats{width.Bits()} = {type}<float>;";
        yield return $"using Ints{width.Bits()} = {type}<int>;";
        yield return $"using Simd{width.Bits()} = {type};";
    }

    private static string ForWidth(string text, VectorWidth width) =>
        s_width.Replace(text, width.Bits().ToString(CultureInfo.InvariantCulture));

    private static void Require(VectorWidth width, string name, HashSet<(VectorWidth, string)> needed)
    {
        string ofWidth = name + width.Lanes().ToString(CultureInfo.InvariantCulture);
        SourceSections.Section section = s_sections.Value.Find(name) ?? s_sections.Value.Find(ofWidth)
            ?? throw new InvalidOperationException($"{ResourceName} has no section '{name}' for {width.Name()}.");
        if (!needed.Add((width, section.Name))) return;
        foreach (string other in section.Needs) Require(width, other, needed);
    }
}
