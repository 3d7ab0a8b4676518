using System;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>Collects characters in one small buffer and hands each full buffer on, so that a text of any length needs no string.</summary>
internal sealed class AsciiSink
{
    private const int BufferLength = 1 << 14;
    private const int LongestNumber = 10;
    private readonly Action<char[], int> _flush;
    private readonly char[] _buffer = new char[BufferLength];
    private int _length;

    /// <summary>A sink that hands its buffer and the count of characters in it to <paramref name="flush"/>.</summary>
    public AsciiSink(Action<char[], int> flush) => _flush = flush;

    /// <summary>Hands on what is left.</summary>
    public void Flush()
    {
        _flush(_buffer, _length);
        _length = 0;
    }

    public void Write(char c)
    {
        Reserve(1);
        _buffer[_length++] = c;
    }

    public void Write(string text)
    {
        foreach (char c in text) Write(c);
    }

    /// <summary>Writes a number that is not negative.</summary>
    public void WriteNumber(int number)
    {
        Reserve(LongestNumber);
        int digits = 1;
        for (int rest = number; rest >= 10; rest /= 10) digits++;
        for (int i = digits - 1; i >= 0; i--, number /= 10) _buffer[_length + i] = (char)('0' + number % 10);
        _length += digits;
    }

    /// <summary>Writes 8 hex digits.</summary>
    public void WriteBits(uint bits)
    {
        Reserve(8);
        for (int shift = 28; shift >= 0; shift -= 4) _buffer[_length++] = ModelText.HexDigits[(int)(bits >> shift) & 15];
    }

    /// <summary>Writes <paramref name="before"/> and the bits of <paramref name="value"/>.</summary>
    public void WriteFloat(char before, float value)
    {
        Write(before);
        WriteBits(FloatBits.Of(value));
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length < count) Flush();
    }
}
