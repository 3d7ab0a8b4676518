using System.Buffers.Binary;
using System.IO.Compression;

namespace Espalier.Reporting;

/// <summary>Writes pictures as PNG (ISO/IEC 15948): 8 bits a sample, grey or RGB, not interlaced, rows unfiltered.</summary>
public static class PngEncoder
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Writes a picture to a stream.</summary>
    public static void Write(Picture picture, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(Signature);
        WriteChunk(stream, "IHDR"u8, Header(picture));
        WriteChunk(stream, "IDAT"u8, Deflate(picture));
        WriteChunk(stream, "IEND"u8, []);
    }

    /// <summary>A picture as the bytes of a PNG file.</summary>
    public static byte[] ToBytes(Picture picture)
    {
        using var stream = new MemoryStream();
        Write(picture, stream);
        return stream.ToArray();
    }

    /// <summary>Writes a picture to a file.</summary>
    /// <exception cref="EspalierException">The file cannot be written.</exception>
    public static void Save(Picture picture, string path) => AtomicFile.Write(path, stream => Write(picture, stream));

    private static byte[] Header(Picture picture)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), picture.Height);
        header[8] = 8;
        header[9] = (byte)(picture.Channels == 1 ? 0 : 2);
        return header;
    }

    private static byte[] Deflate(Picture picture)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            int rowLength = picture.Width * picture.Channels;
            for (int y = 0; y < picture.Height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(picture.Pixels, y * rowLength, rowLength);
            }
        }

        return packed.ToArray();
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Add(Crc32.Add(0, type), content));
        stream.Write(number);
    }
}
