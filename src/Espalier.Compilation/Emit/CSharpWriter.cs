using System;
using System.Globalization;
using System.Text;

namespace Espalier.Compilation.Emit;

/// <summary>Writes C# text: lines with indentation, <c>\n</c> on every system, nothing of the culture.</summary>
internal sealed class CSharpWriter
{
    private const string IndentUnit = "    ";
    private readonly StringBuilder _text;
    private int _indent;

    /// <summary>Makes an empty writer with room for about <paramref name="capacity"/> characters.</summary>
    public CSharpWriter(int capacity = 4096) => _text = new StringBuilder(capacity);

    /// <summary>An empty line.</summary>
    public void Line() => _text.Append('\n');

    /// <summary>One line, indented.</summary>
    public void Line(string text) => StartLine().Append(text).Append('\n');

    /// <summary>Several lines, each indented; empty ones stay empty.</summary>
    public void Lines(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            string trimmed = line.TrimEnd('\r');
            if (trimmed.Length == 0) Line();
            else Line(trimmed);
        }
    }

    /// <summary>
    /// The indentation of a line, and the builder to write the rest of it to: for hot loops, where a string a line would be waste.
    /// </summary>
    public StringBuilder StartLine()
    {
        for (int i = 0; i < _indent; i++) _text.Append(IndentUnit);
        return _text;
    }

    /// <summary>An opening brace; what follows is indented.</summary>
    public void Open()
    {
        Line("{");
        _indent++;
    }

    /// <summary>A line and an opening brace.</summary>
    public void Open(string text)
    {
        Line(text);
        Open();
    }

    /// <summary>A closing brace.</summary>
    /// <exception cref="InvalidOperationException">No brace is open.</exception>
    public void Close()
    {
        if (_indent == 0) throw new InvalidOperationException("No brace is open.");
        _indent--;
        Line("}");
    }

    /// <summary>The whole text.</summary>
    /// <exception cref="InvalidOperationException">A brace is still open.</exception>
    public override string ToString() => _indent == 0 ? _text.ToString() : throw new InvalidOperationException("A brace is still open.");

    /// <summary>A whole number as C# spells it.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
