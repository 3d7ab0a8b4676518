using System.Buffers.Binary;
using System.IO.Compression;

namespace Espalier.Tests.Data;

/// <summary>Writes IDX files for tests.</summary>
internal static class IdxBytes
{
    public static byte[] Write(int type, int[] dimensions, byte[] elements)
    {
        var bytes = new byte[4 + 4 * dimensions.Length + elements.Length];
        bytes[2] = (byte)type;
        bytes[3] = (byte)dimensions.Length;
        for (int i = 0; i < dimensions.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), dimensions[i]);
        elements.CopyTo(bytes, 4 + 4 * dimensions.Length);
        return bytes;
    }

    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(content);
        return packed.ToArray();
    }
}
