using System;
using System.Security.Cryptography;

namespace Espalier.Compilation.Format;

/// <summary>The SHA-256 of ASCII text that comes in pieces, each character one byte.</summary>
internal sealed class BodyHash : IDisposable
{
    /// <summary>The number of hex digits of a SHA-256.</summary>
    public const int DigestLength = 64;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _bytes = [];

    /// <summary>Adds <paramref name="count"/> characters from <paramref name="start"/> on; the caller refuses what is not ASCII.</summary>
    public void Add(char[] text, int start, int count)
    {
        if (_bytes.Length < count) _bytes = new byte[count];
        for (int i = 0; i < count; i++) _bytes[i] = unchecked((byte)text[start + i]);
        _hash.AppendData(_bytes, 0, count);
    }

    /// <summary>The hash of everything added, as 64 lower-case hex digits.</summary>
    public string Finish()
    {
        byte[] digest = _hash.GetHashAndReset();
        var text = new char[DigestLength];
        for (int i = 0; i < digest.Length; i++)
        {
            text[2 * i] = ModelText.HexDigits[digest[i] >> 4];
            text[2 * i + 1] = ModelText.HexDigits[digest[i] & 15];
        }

        return new string(text);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
