using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.RegularExpressions;
using Espalier.Compilation.Emit;

namespace Espalier.Compilation.Kernels;

/// <summary>An embedded text of functions over registers, written once for all register widths.</summary>
/// <param name="resource">The name of the resource.</param>
internal sealed class VectorSections(string resource)
{
    // The N that stands for a width: at the end of a name.
    private static readonly Regex s_width = new(@"(?<=[a-z])(?<!Na)N\b", RegexOptions.CultureInvariant);

    private readonly SourceSections _sections = SourceSections.Load(resource, indent: 0);

    /// <summary>
    /// The functions called <paramref name="names"/> for the given widths, with all that they need, in the order of the source file and
    /// from the widest width on.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no such function.</exception>
    public IEnumerable<string> FunctionsFor(IEnumerable<(VectorWidth Width, string Name)> names)
    {
        var needed = new HashSet<(VectorWidth, string)>();
        foreach ((VectorWidth width, string name) in names) Require(width, name, needed);
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (SourceSections.Section section in _sections.All)
        {
            foreach (VectorWidth width in Simd.Widths)
            {
                if (!needed.Contains((width, section.Name))) continue;
                string text = s_width.Replace(section.Text, width.Bits().ToString(CultureInfo.InvariantCulture));
                if (written.Add(text)) yield return text;
            }
        }
    }

    private void Require(VectorWidth width, string name, HashSet<(VectorWidth, string)> needed)
    {
        string ofWidth = name + width.Lanes().ToString(CultureInfo.InvariantCulture);
        SourceSections.Section section = _sections.Find(name) ?? _sections.Find(ofWidth)
            ?? throw new InvalidOperationException($"{resource} has no section '{name}' for {width.Name()}.");
        if (!needed.Add((width, section.Name))) return;
        foreach (string other in section.Needs) Require(width, other, needed);
    }
}
