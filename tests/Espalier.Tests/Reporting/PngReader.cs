using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Espalier.Reporting;

namespace Espalier.Tests.Reporting;

/// <summary>Reads the PNG files that the encoder writes, checking every checksum bit by bit (without a table).</summary>
internal static class PngReader
{
    public static Picture Read(ReadOnlySpan<byte> file)
    {
        Assert.Equal([137, 80, 78, 71, 13, 10, 26, 10], file[..8].ToArray());
        int at = 8;
        var chunks = new Dictionary<string, byte[]>();
        while (at < file.Length)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            ReadOnlySpan<byte> checkedBytes = file.Slice(at + 4, 4 + length);
            Assert.Equal(Checksum(checkedBytes), BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + length)..]));
            chunks.Add(Encoding.ASCII.GetString(checkedBytes[..4]), checkedBytes[4..].ToArray());
            at += 12 + length;
        }

        Assert.Equal(["IHDR", "IDAT", "IEND"], chunks.Keys);
        byte[] header = chunks["IHDR"];
        int width = BinaryPrimitives.ReadInt32BigEndian(header), height = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
        Assert.Equal([8, 0, 0, 0], (byte[])[header[8], header[10], header[11], header[12]]);
        int channels = header[9] == 0 ? 1 : header[9] == 2 ? 3 : throw new InvalidDataException($"Colour type {header[9]}.");
        using var zlib = new ZLibStream(new MemoryStream(chunks["IDAT"]), CompressionMode.Decompress);
        var pixels = new byte[width * height * channels];
        for (int y = 0; y < height; y++)
        {
            Assert.Equal(0, zlib.ReadByte());
            zlib.ReadExactly(pixels, y * width * channels, width * channels);
        }

        Assert.Equal(-1, zlib.ReadByte());
        return new Picture(width, height, channels, pixels);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint remainder = uint.MaxValue;
        foreach (byte value in bytes)
        {
            remainder ^= value;
            for (int bit = 0; bit < 8; bit++) remainder = (remainder >> 1) ^ ((remainder & 1) * 0xEDB88320);
        }

        return ~remainder;
    }
}
