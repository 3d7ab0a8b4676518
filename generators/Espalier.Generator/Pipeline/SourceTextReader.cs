using System;
using System.IO;
using Microsoft.CodeAnalysis.Text;

namespace Espalier.Generator.Pipeline;

/// <summary>Reads a <see cref="SourceText"/> in the chunks that are asked for, so that a large model is never one string.</summary>
internal sealed class SourceTextReader : TextReader
{
    private readonly SourceText _text;
    private int _position;

    public SourceTextReader(SourceText text) => _text = text;

    /// <inheritdoc/>
    public override int Peek() => _position < _text.Length ? _text[_position] : -1;

    /// <inheritdoc/>
    public override int Read() => _position < _text.Length ? _text[_position++] : -1;

    /// <inheritdoc/>
    public override int Read(char[] buffer, int index, int count)
    {
        count = Math.Min(count, _text.Length - _position);
        _text.CopyTo(_position, buffer, index, count);
        _position += count;
        return count;
    }
}
