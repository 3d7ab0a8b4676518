using System.Buffers.Binary;
using System.IO.Compression;

namespace Espalier.Data;

/// <summary>
/// Reads a file's content, unpacking it when it is gzip (told by its first two bytes, not by its name). Memory grows with the bytes
/// that really arrive, never with what a header promises.
/// </summary>
internal sealed class ContentReader : IDisposable
{
    private const int FirstBuffer = 1 << 20;

    // Deflate cannot pack better than 1032 to 1 (258 bytes for two bits), so a gzip file bounds its content.
    private const long MostDeflate = 1032;

    private readonly MeteredStream _raw;
    private readonly Stream _content;

    private ContentReader(string path, MeteredStream raw, bool isGzip)
    {
        (Path, _raw, IsGzip) = (path, raw, isGzip);
        _content = isGzip ? new GZipStream(raw, CompressionMode.Decompress) : raw;
    }

    /// <summary>The file, as the user named it.</summary>
    public string Path { get; }

    /// <summary>Whether the file is packed.</summary>
    public bool IsGzip { get; }

    /// <summary>The number of content bytes read.</summary>
    public long Position { get; private set; }

    /// <summary>No content is longer than this: the file's length, or what so short a gzip file can hold at most.</summary>
    public long MostContent => IsGzip ? _raw.Length * MostDeflate : _raw.Length;

    /// <summary>Opens a file.</summary>
    /// <exception cref="EspalierException">There is no such file, or it cannot be read.</exception>
    public static ContentReader Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Span<byte> magic = stackalloc byte[2];
        FileStream file = OpenFile(path);
        bool isGzip = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1F, 0x8B];
        file.Position = 0;
        return new ContentReader(path, new MeteredStream(file), isGzip);
    }

    /// <summary>The next <paramref name="count"/> content bytes; fewer only at the end of the content.</summary>
    /// <exception cref="EspalierException">The gzip data are damaged or cut short.</exception>
    public byte[] Read(long count)
    {
        long most = Math.Min(count, MostContent - Position);
        var buffer = new byte[IsGzip ? Math.Min(most, FirstBuffer) : most];
        int filled = 0;
        while (filled < most)
        {
            if (filled == buffer.Length) Array.Resize(ref buffer, (int)Math.Min(most, 2L * filled));
            int read = ReadSome(buffer.AsSpan(filled));
            if (read == 0) break;
            filled += read;
        }

        if (filled < buffer.Length) Array.Resize(ref buffer, filled);
        return buffer;
    }

    /// <summary>Whether nothing is left.</summary>
    /// <exception cref="EspalierException">The gzip data are damaged or cut short.</exception>
    public bool AtEnd()
    {
        Span<byte> one = stackalloc byte[1];
        return ReadSome(one) == 0;
    }

    /// <summary>An exception that points at a byte of the content.</summary>
    public EspalierException Error(long offset, string message) =>
        new($"{Path}: byte {offset}{(IsGzip ? " of the unpacked content" : "")}: {message}");

    public void Dispose() => _content.Dispose();

    private static FileStream OpenFile(string path)
    {
        if (Directory.Exists(path)) throw new EspalierException($"{path}: is a folder; name a file.");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ReadFault.Of(path, error);
        }
    }

    private int ReadSome(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        try
        {
            int read = _content.Read(buffer);
            Position += read;
            if (read == 0 && IsGzip) CheckTrailer();
            return read;
        }
        catch (InvalidDataException error)
        {
            throw Damaged(LocateDamage(_raw.LastPieceStart), "damaged gzip data", error);
        }
    }

    // GZipStream takes a cut file for a short one and ignores what follows the trailer, whose last four bytes are the content's length.
    private void CheckTrailer()
    {
        Span<byte> stored = stackalloc byte[4];
        using FileStream file = OpenFile(Path);
        file.Position = Math.Max(0, file.Length - stored.Length);
        int read = file.ReadAtLeast(stored, stored.Length, throwOnEndOfStream: false);
        if (read == stored.Length && BinaryPrimitives.ReadUInt32LittleEndian(stored) == (uint)Position) return;
        throw Damaged(file.Length, $"the gzip data are cut short or run on after their end ({Position} bytes were unpacked)", null);
    }

    private EspalierException Damaged(long offset, string what, Exception? cause)
    {
        string message = $"{Path}: byte {offset}: {what}; fetch the file again.";
        return cause is null ? new EspalierException(message) : new EspalierException(message, cause);
    }

    // Unpacks once more, byte by byte near the damage, because a decoder fed by the block does not say which byte stopped it.
    private long LocateDamage(long near)
    {
        using var fine = new MeteredStream(OpenFile(Path), near);
        using var content = new GZipStream(fine, CompressionMode.Decompress);
        Span<byte> scratch = stackalloc byte[4096];
        try
        {
            while (content.Read(scratch) > 0)
            {
            }
        }
        catch (InvalidDataException)
        {
        }

        return Math.Max(0, fine.Position - 1);
    }
}
