using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Espalier.Compilation.Emit;

/// <summary>
/// An embedded source text cut at its markers, <c>// begin Name needs A B</c> ... <c>// end</c>: the functions that generated code takes
/// along.
/// </summary>
internal sealed class SourceSections
{
    private readonly List<Section> _sections;

    private SourceSections(List<Section> sections) => _sections = sections;

    /// <summary>All sections, in the order of the text.</summary>
    public IReadOnlyList<Section> All => _sections;

    /// <summary>The section called <paramref name="name"/>, or null.</summary>
    public Section? Find(string name) => _sections.Find(section => section.Name == name);

    /// <summary>Cuts the embedded resource <paramref name="resource"/>, whose sections are indented by <paramref name="indent"/>.</summary>
    /// <exception cref="InvalidOperationException">The resource is missing from the assembly.</exception>
    public static SourceSections Load(string resource, int indent)
    {
        using Stream stream = typeof(SourceSections).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The resource {resource} is missing from the assembly.");
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
                // The writer indents anew.
                lines.Add(line.Length > indent ? line.Substring(indent) : "");
            }
        }

        return new SourceSections(sections);
    }

    /// <summary>One section.</summary>
    /// <param name="Name">Its name, that of the function.</param>
    /// <param name="Needs">The names of the functions that it calls.</param>
    /// <param name="Text">The function with its documentation.</param>
    internal sealed record Section(string Name, string[] Needs, string Text);
}
