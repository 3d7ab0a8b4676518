using System.Text;

namespace Espalier.Data;

/// <summary>
/// Cuts a text into rows of fields (RFC 4180: quotes, doubled quotes, line ends within quotes), one row at a time. Blanks around a
/// field that is not quoted do not count, empty lines are skipped, and with a space as separator runs of blanks are one.
/// </summary>
internal sealed class CsvTokenizer(string path, string text, char separator)
{
    private readonly List<Field> _fields = [];
    private int _position, _line = 1, _lineStart;

    /// <summary>The number of fields of the current row.</summary>
    public int Count => _fields.Count;

    /// <summary>The line of the current row's first field, from 1.</summary>
    public int Line => _fields[0].Line;

    /// <summary>The text of a field of the current row.</summary>
    public ReadOnlySpan<char> this[int index]
    {
        get
        {
            Field field = _fields[index];
            return field.Unescaped ?? text.AsSpan(field.Start, field.Length);
        }
    }

    /// <summary>A file's content as text: UTF-8, with or without a byte-order mark, plain or gzip.</summary>
    /// <exception cref="EspalierException">The file is missing, too large, damaged or not UTF-8.</exception>
    public static string ReadText(string path)
    {
        const int MostBytes = 1 << 29;
        using ContentReader reader = ContentReader.Open(path);
        byte[] bytes = reader.Read(MostBytes);
        if (!reader.AtEnd()) throw reader.Error(MostBytes, $"more than the {MostBytes} bytes that are read at most.");
        ReadOnlySpan<byte> content = bytes;
        if (content.StartsWith("\uFEFF"u8)) content = content[3..];
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException error)
        {
            throw reader.Error(bytes.Length - content.Length + error.Index, "not UTF-8 text; save the file as UTF-8.");
        }
    }

    /// <summary>Reads the next row that is not empty.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="EspalierException">A quote is not closed, or text follows a closing quote.</exception>
    public bool ReadRow()
    {
        _fields.Clear();
        while (_position < text.Length)
        {
            SkipBlanks();
            if (TakeLineEnd() || _position == text.Length) continue;
            ReadFields();
            return true;
        }

        return false;
    }

    /// <summary>An exception that points at a field of the current row.</summary>
    public EspalierException Error(int index, string message) => Error(_fields[index].Line, _fields[index].Column, message);

    /// <summary>An exception that points at a place of the text.</summary>
    public EspalierException Error(int line, int column, string message) => new($"{path}({line},{column}): {message}");

    private void ReadFields()
    {
        while (true)
        {
            SkipBlanks();
            if (_position < text.Length && text[_position] == '"') ReadQuoted();
            else ReadBare();
            SkipBlanks();
            if (_position == text.Length || TakeLineEnd()) return;
            if (text[_position] == separator) _position++;
            else if (separator != ' ') throw ErrorHere("text after a closing quote; write the quote twice if it belongs to the field.");
        }
    }

    private void ReadBare()
    {
        int start = _position;
        while (_position < text.Length && text[_position] is not ('\n' or '\r') && !IsSeparator(text[_position])) _position++;
        int end = _position;
        while (end > start && text[end - 1] is ' ' or '\t') end--;
        _fields.Add(new Field(start, end - start, null, _line, start - _lineStart + 1));
    }

    private void ReadQuoted()
    {
        int line = _line, column = _position - _lineStart + 1;
        int start = ++_position;
        bool doubled = false;
        for (; _position < text.Length; _position++)
        {
            char c = text[_position];
            if (c == '\n') (_line, _lineStart) = (_line + 1, _position + 1);
            if (c != '"') continue;
            if (_position + 1 < text.Length && text[_position + 1] == '"')
            {
                doubled = true;
                _position++;
                continue;
            }

            string? unescaped = doubled ? text[start.._position].Replace("\"\"", "\"", StringComparison.Ordinal) : null;
            _fields.Add(new Field(start, _position - start, unescaped, line, column));
            _position++;
            return;
        }

        throw Error(line, column, "this quote is never closed.");
    }

    private bool IsSeparator(char c) => c == separator || (separator == ' ' && c == '\t');

    private void SkipBlanks()
    {
        while (_position < text.Length && text[_position] is ' ' or '\t' && (separator == ' ' || text[_position] != separator)) _position++;
    }

    private bool TakeLineEnd()
    {
        if (_position == text.Length || text[_position] is not ('\n' or '\r')) return false;
        if (text[_position] == '\r' && _position + 1 < text.Length && text[_position + 1] == '\n') _position++;
        _position++;
        (_line, _lineStart) = (_line + 1, _position);
        return true;
    }

    private EspalierException ErrorHere(string message) => Error(_line, _position - _lineStart + 1, message);

    private readonly record struct Field(int Start, int Length, string? Unescaped, int Line, int Column);
}
