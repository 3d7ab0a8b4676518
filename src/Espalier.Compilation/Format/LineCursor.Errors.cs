using System.Globalization;

namespace Espalier.Compilation.Format;

internal sealed partial class LineCursor
{
    private const int LongestQuote = 32;
    private const char ByteOrderMark = '\uFEFF';

    /// <summary>Records that something other than <paramref name="expected"/> comes next. Always false.</summary>
    public bool Fail(string expected)
    {
        (string found, string hint, int length) = DescribeNext();
        return FailAt(_line, Column, length, $"Expected {expected}, but found {found}.{hint}");
    }

    /// <summary>Records that the token just taken is wrong. Always false.</summary>
    public bool FailToken(string message) => FailAt(TokenPlace, message);

    /// <summary>Records that something about an earlier token is wrong. Always false.</summary>
    public bool FailAt(TextPlace place, string message) => FailAt(place.Line, place.Column, place.Length, message);

    /// <summary>Records an error at a place of its own. Always false.</summary>
    public bool FailAt(int line, int column, int length, string message)
    {
        Error ??= new ModelError(line, column, length, message);
        return false;
    }

    private (string Found, string Hint, int Length) DescribeNext()
    {
        if (AtEndOfText) return ("the end of the file", " The file is cut short: fetch it again, or write the model again.", 0);
        char next = _buffer[_position];
        return next switch
        {
            '\n' => ("the end of the line", "", 0),
            ' ' => ("a space", " Tokens are separated by exactly one space and lines do not end in one.", 1),
            '\t' => ("a tab", " Tokens are separated by exactly one space.", 1),
            '\r' => ("a carriage return",
                " Lines end in a line feed alone; if Git changed them, "
                + "put '*.espalier text eol=lf' into .gitattributes and check the file out again.", 1),
            ByteOrderMark => ("a byte-order mark", " Save the file without it.", 1),
            < ' ' or > '~' => ("the character U+" + ((int)next).ToString("X4", CultureInfo.InvariantCulture),
                " A model file is printable ASCII only.", 1),
            _ => Quote(),
        };
    }

    private (string Found, string Hint, int Length) Quote()
    {
        int length = 0;
        while (length < LongestQuote && IsTokenCharacter(_position + length)) length++;
        string more = IsTokenCharacter(_position + length) ? "..." : "";
        return ($"'{new string(_buffer, _position, length)}{more}'", "", length);
    }
}
