using System.Buffers.Binary;
using System.Globalization;

namespace Espalier.Data;

/// <summary>
/// Reads IDX files, plain or gzip: two zero bytes, the element type, the number of dimensions, the extents (32-bit) and the elements,
/// all big-endian (the description of the format on the MNIST page, LeCun et al.).
/// </summary>
public static class IdxReader
{
    /// <summary>The content that is read at most unless the caller allows more: 1 GiB, some 23 times MNIST's training images.</summary>
    public const long DefaultMaxBytes = 1L << 30;

    private const int MaxRank = 8;

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The most bytes of elements that are accepted: a bound on memory, checked before anything is
    /// allocated.</param>
    /// <exception cref="EspalierException">
    /// There is no such file; or its bytes are no IDX array: the message names the file, the byte and what is wrong there.
    /// </exception>
    public static IdxArray Read(string path, long maxBytes = DefaultMaxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxBytes, Array.MaxLength);
        using ContentReader reader = ContentReader.Open(path);
        (IdxElementType type, int rank) = ReadMagic(reader);
        int[] dimensions = ReadDimensions(reader, rank);
        long expected = CheckSize(reader, type, dimensions, maxBytes);
        long start = reader.Position;
        byte[] elements = reader.Read(expected);
        if (elements.Length < expected)
        {
            throw reader.Error(reader.Position, $"the file ends after {elements.Length} of the {expected} bytes that " +
                $"{Describe(dimensions)} elements of {IdxArray.SizeOf(type)} bytes need.");
        }

        if (!reader.AtEnd())
        {
            throw reader.Error(start + expected, $"more bytes follow the {Describe(dimensions)} elements; " +
                "the header or the file is wrong.");
        }

        return new IdxArray(path, type, dimensions, elements);
    }

    private static (IdxElementType Type, int Rank) ReadMagic(ContentReader reader)
    {
        byte[] magic = reader.Read(4);
        if (magic.Length < 4) throw reader.Error(magic.Length, "the file ends within the 4 bytes of the IDX magic number.");
        if (magic[0] != 0 || magic[1] != 0)
        {
            throw reader.Error(magic[0] != 0 ? 0 : 1, $"an IDX file begins with two zero bytes, " +
                $"this one with {magic[0]:X2} {magic[1]:X2}.");
        }

        var type = (IdxElementType)magic[2];
        if (!Enum.IsDefined(type))
        {
            throw reader.Error(2, $"element type 0x{magic[2]:X2} is none of " +
                "08 (unsigned byte), 09 (signed byte), 0B (int16), 0C (int32), 0D (float), 0E (double).");
        }

        if (magic[3] is 0 or > MaxRank) throw reader.Error(3, $"{magic[3]} dimensions; 1 to {MaxRank} are read.");
        return (type, magic[3]);
    }

    private static int[] ReadDimensions(ContentReader reader, int rank)
    {
        long start = reader.Position;
        byte[] extents = reader.Read(4 * rank);
        if (extents.Length < 4 * rank) throw reader.Error(reader.Position, $"the file ends within the {rank} extents of its header.");
        var dimensions = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            uint extent = BinaryPrimitives.ReadUInt32BigEndian(extents.AsSpan(4 * i));
            if (extent is 0 or > int.MaxValue)
            {
                throw reader.Error(start + 4 * i, $"extent {extent} of dimension {i + 1}; 1 to {int.MaxValue} make sense.");
            }

            dimensions[i] = (int)extent;
        }

        return dimensions;
    }

    /// <summary>The number of bytes the elements take, once it is known that they may be there and may be held.</summary>
    private static long CheckSize(ContentReader reader, IdxElementType type, int[] dimensions, long maxBytes)
    {
        UInt128 size = (UInt128)IdxArray.SizeOf(type);
        foreach (int extent in dimensions) size = size > ulong.MaxValue ? size : size * (UInt128)extent;
        if (size > (UInt128)maxBytes)
        {
            throw reader.Error(4, $"{Describe(dimensions)} elements of {IdxArray.SizeOf(type)} bytes " +
                $"are more than the {maxBytes} bytes that are read at most.");
        }

        if (size > (UInt128)reader.MostContent)
        {
            throw reader.Error(4, $"{Describe(dimensions)} elements of {IdxArray.SizeOf(type)} bytes " +
                "cannot be in a file as short as this one.");
        }

        return (long)size;
    }

    private static string Describe(int[] dimensions) =>
        string.Join('x', dimensions.Select(extent => extent.ToString(CultureInfo.InvariantCulture)));
}
