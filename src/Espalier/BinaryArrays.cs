using System.Runtime.InteropServices;

namespace Espalier;

/// <summary>Arrays in binary files: the number of elements (int32) and their bytes.</summary>
internal static class BinaryArrays
{
    /// <summary>Writes an array.</summary>
    public static void WriteArray<T>(this BinaryWriter writer, T[] values)
        where T : unmanaged
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes<T>(values));
    }

    /// <summary>Reads an array.</summary>
    public static T[] ReadArray<T>(this BinaryReader reader)
        where T : unmanaged
    {
        var values = new T[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
