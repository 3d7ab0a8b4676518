using System.Security.Cryptography;
using System.Text;

namespace Espalier;

/// <summary>
/// Binary files that notice damage: 8 bytes that say what they are, the format version (int32), the length of the payload (int64), the
/// payload, and the SHA-256 of all before it. Little-endian throughout; written whole or not at all.
/// </summary>
/// <param name="Magic">The first 8 bytes.</param>
/// <param name="Version">The one version that is read.</param>
/// <param name="What">What a message calls such a file, such as "checkpoint".</param>
internal sealed record SealedFile(byte[] Magic, int Version, string What)
{
    private const int HeaderLength = 8 + sizeof(int) + sizeof(long);

    /// <summary>The bytes of a file whose payload is what <paramref name="write"/> writes.</summary>
    public byte[] Seal(Action<BinaryWriter> write)
    {
        var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Version);
            writer.Write(0L);
            write(writer);
            buffer.Position = HeaderLength - sizeof(long);
            writer.Write(buffer.Length - HeaderLength);
        }

        byte[] hash = SHA256.HashData(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        buffer.Position = buffer.Length;
        buffer.Write(hash);
        return buffer.ToArray();
    }

    /// <summary>The payload of the file at <paramref name="path"/>.</summary>
    /// <exception cref="EspalierException">The file is missing, damaged, another kind of file, or of another version.</exception>
    public BinaryReader Open(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ReadFault.Of(path, error, What);
        }

        Verify(path, bytes);
        return new BinaryReader(
            new MemoryStream(bytes, HeaderLength, bytes.Length - SHA256.HashSizeInBytes - HeaderLength), Encoding.UTF8);
    }

    private void Verify(string path, byte[] bytes)
    {
        if (!bytes.AsSpan().StartsWith(Magic)) throw new EspalierException($"{path}: is no Espalier {What}.");
        if (bytes.Length < HeaderLength)
        {
            throw new EspalierException($"{path}: the {What} is cut off within its header; use an older one.");
        }

        int version = BitConverter.ToInt32(bytes, Magic.Length);
        if (version != Version)
        {
            throw new EspalierException($"{path}: the {What} has format version {version}; this program reads version {Version}.");
        }

        long expected = HeaderLength + BitConverter.ToInt64(bytes, HeaderLength - sizeof(long)) + SHA256.HashSizeInBytes;
        if (bytes.Length != expected)
        {
            throw new EspalierException(
                $"{path}: the {What} has {bytes.Length} bytes instead of {expected}; it is cut off or damaged, use an older one.");
        }

        ReadOnlySpan<byte> content = bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes);
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length)))
        {
            throw new EspalierException($"{path}: the {What} is damaged (its hash does not match); use an older one.");
        }
    }
}
