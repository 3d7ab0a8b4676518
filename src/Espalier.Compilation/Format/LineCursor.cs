using System;
using System.IO;
using System.Threading;

namespace Espalier.Compilation.Format;

/// <summary>
/// Walks a text of lines and single-spaced tokens, chunk by chunk, knows its line and column, and hashes what it has passed.
/// Every reading method returns false (or null) after it has recorded the one error; the caller then stops.
/// </summary>
internal sealed partial class LineCursor : IDisposable
{
    private const int BufferLength = 1 << 14;

    /// <summary>More than the longest token of the grammar, so that a token is always whole in the buffer.</summary>
    private const int Lookahead = 96;

    private readonly TextReader _reader;
    private readonly CancellationToken _cancellation;
    private readonly char[] _buffer = new char[BufferLength];
    private readonly BodyHash _hash = new();
    private int _position;
    private int _end;
    private bool _ended;
    private bool _hashing;
    private int _hashStart;
    private int _line = 1;

    /// <summary>Where in the buffer the current line starts; negative once its start has left the buffer.</summary>
    private int _lineStart;

    private int _tokenColumn = 1;

    public LineCursor(TextReader reader, CancellationToken cancellation) => (_reader, _cancellation) = (reader, cancellation);

    /// <summary>The recorded error, if any.</summary>
    public ModelError? Error { get; private set; }

    /// <summary>Where the token just taken stands.</summary>
    public TextPlace TokenPlace => new(_line, _tokenColumn, Column - _tokenColumn);

    /// <summary>Whether the whole text has been read.</summary>
    public bool AtEndOfText
    {
        get
        {
            FillUp();
            return _position == _end;
        }
    }

    /// <summary>Whether a line feed comes next.</summary>
    public bool AtEndOfLine => NextIs('\n');

    private int Column => _position - _lineStart + 1;

    /// <summary>Hashes everything from here on.</summary>
    public void StartHash() => (_hashing, _hashStart) = (true, _position);

    /// <summary>The hash of everything between <see cref="StartHash"/> and here.</summary>
    public string FinishHash()
    {
        AddToHash();
        return _hash.Finish();
    }

    /// <summary>Lets go of the hash; the reader is the caller's.</summary>
    public void Dispose() => _hash.Dispose();

    /// <summary>Whether <paramref name="expected"/> comes next.</summary>
    public bool NextIs(char expected)
    {
        FillUp();
        return _position < _end && _buffer[_position] == expected;
    }

    /// <summary>Makes sure that a whole token lies in the buffer, or all that is left of the text.</summary>
    private void FillUp()
    {
        if (_end - _position < Lookahead && !_ended) ReadChunk();
    }

    private void ReadChunk()
    {
        _cancellation.ThrowIfCancellationRequested();
        AddToHash();
        Array.Copy(_buffer, _position, _buffer, 0, _end - _position);
        _lineStart -= _position;
        _end -= _position;
        _hashStart = _position = 0;
        while (_end < Lookahead && !_ended)
        {
            int count = _reader.Read(_buffer, _end, BufferLength - _end);
            _end += count;
            _ended = count == 0;
        }
    }

    private void AddToHash()
    {
        if (!_hashing) return;
        _hash.Add(_buffer, _hashStart, _position - _hashStart);
        _hashStart = _position;
    }
}
