namespace Espalier.Compilation.Format;

internal sealed partial class LineCursor
{
    private const int HexLength = 8;
    private const byte NotHex = 0xFF;

    /// <summary>The value of each lower-case hex digit; <see cref="NotHex"/> for every other ASCII character.</summary>
    private static readonly byte[] s_hex = HexValues();

    /// <summary>Takes one space.</summary>
    public bool Space(string expectedNext)
    {
        if (!NextIs(' ')) return Fail($"a space and {expectedNext}");
        _position++;
        return true;
    }

    /// <summary>Takes the single character <paramref name="expected"/>.</summary>
    public bool Mark(char expected)
    {
        if (!NextIs(expected)) return Fail($"'{expected}'");
        _position++;
        return true;
    }

    /// <summary>Takes the single character <paramref name="optional"/> if it comes next.</summary>
    public bool TakeMark(char optional)
    {
        if (!NextIs(optional)) return false;
        _position++;
        return true;
    }

    /// <summary>Takes the line feed that ends the line.</summary>
    public bool EndLine(string expected = "the line feed that ends the line")
    {
        if (!NextIs('\n')) return Fail(expected);
        _position++;
        _line++;
        _lineStart = _position;
        return true;
    }

    /// <summary>Whether the next token is <paramref name="word"/>; takes nothing.</summary>
    public bool NextIsWord(string word)
    {
        FillUp();
        return IsWordAt(_position, word);
    }

    /// <summary>Takes a space and the token <paramref name="word"/> if both come next.</summary>
    public bool TakeSpacedWord(string word)
    {
        if (!NextIs(' ') || !IsWordAt(_position + 1, word)) return false;
        _position++;
        BeginToken();
        _position += word.Length;
        return true;
    }

    /// <summary>Takes the token <paramref name="word"/>.</summary>
    public bool Word(string word, string expected)
    {
        if (!NextIsWord(word)) return Fail(expected);
        BeginToken();
        _position += word.Length;
        return true;
    }

    /// <summary>
    /// Takes a space and the printable characters up to a space, the end of the line or <paramref name="stop"/>; null when there is none or
    /// when there are more than <paramref name="maxLength"/>.
    /// </summary>
    public string? Token(string expected, int maxLength, char stop = ' ') =>
        Space(expected) ? TokenHere(expected, maxLength, stop) : null;

    /// <summary>Takes what <see cref="Token"/> does, without a space before it.</summary>
    public string? TokenHere(string expected, int maxLength, char stop = ' ')
    {
        BeginToken();
        int length = 0;
        while (length <= maxLength && IsTokenCharacter(_position + length) && _buffer[_position + length] != stop) length++;
        if (length == 0 || length > maxLength)
        {
            Fail(expected);
            return null;
        }

        var token = new string(_buffer, _position, length);
        _position += length;
        return token;
    }

    /// <summary>Takes a decimal number without sign and leading zeros, from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public bool Number(string what, int min, int max, out int number)
    {
        BeginToken();
        long value = 0;
        int at = _position;
        while (at < _end && at - _position < 10 && (uint)(_buffer[at] - '0') <= 9) value = value * 10 + (_buffer[at++] - '0');
        number = (int)value;
        bool leadingZero = at - _position > 1 && _buffer[_position] == '0';
        if (at == _position || leadingZero || (uint)(at < _end ? _buffer[at] - '0' : 10) <= 9 || value < min || value > max)
        {
            return Fail($"{what}, a number from {min} to {max} without leading zeros");
        }

        _position = at;
        return true;
    }

    /// <summary>Takes a space and a number: see <see cref="Number"/>.</summary>
    public bool SpacedNumber(string what, int min, int max, out int number)
    {
        number = 0;
        return Space(what) && Number(what, min, max, out number);
    }

    /// <summary>Takes the 8 lower-case hex digits of a float's bits, which must end the token.</summary>
    public bool Bits(string what, out uint bits)
    {
        BeginToken();
        bits = 0;
        int at = _position;
        if (_end - at >= HexLength)
        {
            // Branch-free over the digits: half of them being letters at random would be mispredicted.
            int characters = 0, values = 0;
            for (int i = 0; i < HexLength; i++)
            {
                char c = _buffer[at + i];
                byte value = s_hex[c & 0x7F];
                characters |= c;
                values |= value;
                bits = (bits << 4) | value;
            }

            if (characters < 0x80 && values < 16 && !IsTokenCharacter(at + HexLength))
            {
                _position = at + HexLength;
                return true;
            }
        }

        return Fail($"{what} of {HexLength} lower-case hex digits");
    }

    private void BeginToken()
    {
        FillUp();
        _tokenColumn = Column;
    }

    private bool IsWordAt(int at, string word)
    {
        if (_end - at < word.Length || IsTokenCharacter(at + word.Length)) return false;
        for (int i = 0; i < word.Length; i++)
        {
            if (_buffer[at + i] != word[i]) return false;
        }

        return true;
    }

    private bool IsTokenCharacter(int at) => at < _end && _buffer[at] is > ' ' and < '\x7F';

    private static byte[] HexValues()
    {
        var values = new byte[0x80];
        for (int i = 0; i < values.Length; i++) values[i] = NotHex;
        for (int i = 0; i < ModelText.HexDigits.Length; i++) values[ModelText.HexDigits[i]] = (byte)i;
        return values;
    }
}
