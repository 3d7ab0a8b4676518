using System.Buffers.Binary;

namespace Espalier.Data;

/// <summary>An array read from an IDX file.</summary>
/// <param name="Path">The file, for messages.</param>
/// <param name="ElementType">The type of the elements.</param>
/// <param name="Dimensions">The extents, outermost (usually the number of samples) first.</param>
/// <param name="Bytes">The elements in row-major order, big-endian as in the file.</param>
public sealed record IdxArray(string Path, IdxElementType ElementType, IReadOnlyList<int> Dimensions, byte[] Bytes)
{
    /// <summary>The size of an element in bytes.</summary>
    public int ElementSize => SizeOf(ElementType);

    /// <summary>The number of elements.</summary>
    public int Count => Bytes.Length / ElementSize;

    /// <summary>Where the elements begin in the file's content: after the magic number and the extents.</summary>
    public int DataOffset => 4 + 4 * Dimensions.Count;

    /// <summary>The element at a row-major position; a double holds every element type exactly.</summary>
    public double this[int index]
    {
        get
        {
            ReadOnlySpan<byte> bytes = Bytes.AsSpan(index * ElementSize, ElementSize);
            return ElementType switch
            {
                IdxElementType.Unsigned8 => bytes[0],
                IdxElementType.Signed8 => (sbyte)bytes[0],
                IdxElementType.Signed16 => BinaryPrimitives.ReadInt16BigEndian(bytes),
                IdxElementType.Signed32 => BinaryPrimitives.ReadInt32BigEndian(bytes),
                IdxElementType.Binary32 => BinaryPrimitives.ReadSingleBigEndian(bytes),
                IdxElementType.Binary64 => BinaryPrimitives.ReadDoubleBigEndian(bytes),
                _ => throw new InvalidOperationException($"{ElementType} is no element type."),
            };
        }
    }

    /// <summary>The size in bytes of an element of <paramref name="type"/>.</summary>
    internal static int SizeOf(IdxElementType type) => type switch
    {
        IdxElementType.Binary64 => 8,
        IdxElementType.Binary32 or IdxElementType.Signed32 => 4,
        IdxElementType.Signed16 => 2,
        _ => 1,
    };

    /// <summary>An exception that points at an element.</summary>
    internal EspalierException ErrorAt(int index, string message) =>
        new($"{Path}: byte {DataOffset + (long)index * ElementSize} of the content: {message}");
}
