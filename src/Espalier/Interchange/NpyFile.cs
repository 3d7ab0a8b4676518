using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Espalier.Interchange;

/// <summary>
/// Reads and writes single arrays of NumPy, <c>.npy</c>: little-endian floats and integers in C order, as <c>numpy.save</c> writes them on
/// the usual machines (format versions 1.0 to 3.0).
/// </summary>
public static class NpyFile
{
    /// <summary>The most elements that are read; larger ones are no layer of a network that this library is for.</summary>
    private const long MaxElements = 1 << 28;

    private const long MaxBytes = 8 * MaxElements + (1 << 16);

    private const int Alignment = 64, PrefixBytes = 10;

    private static readonly byte[] s_magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads an array.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The array; 64-bit floats and integers are rounded to the nearest float.</returns>
    /// <exception cref="EspalierException">The file cannot be read, is damaged, or holds something else.</exception>
    public static NpyArray Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Parse(path, InputFile.ReadAllBytes(path, MaxBytes));
    }

    /// <summary>Writes an array of 32-bit floats, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="array">The array.</param>
    /// <exception cref="EspalierException">The file cannot be written.</exception>
    public static void Save(string path, NpyArray array)
    {
        byte[] content = ToBytes(array);
        AtomicFile.Write(path, stream => stream.Write(content));
    }

    /// <summary>The content of a file of 32-bit floats.</summary>
    public static byte[] ToBytes(NpyArray array)
    {
        ArgumentNullException.ThrowIfNull(array);
        string lengths = string.Join(", ", array.Shape) + (array.Shape.Count == 1 ? "," : "");
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({lengths}), }}";
        int padded = (PrefixBytes + header.Length + Alignment) / Alignment * Alignment;
        var content = new byte[checked(padded + array.Values.Length * sizeof(float))];
        s_magic.CopyTo(content, 0);
        content[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(content.AsSpan(8), (ushort)(padded - PrefixBytes));
        content.AsSpan(PrefixBytes, padded - PrefixBytes - 1).Fill((byte)' ');
        Encoding.ASCII.GetBytes(header, content.AsSpan(PrefixBytes));
        content[padded - 1] = (byte)'\n';
        for (int i = 0; i < array.Values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(content.AsSpan(padded + i * sizeof(float)), array.Values[i]);
        }

        return content;
    }

    /// <summary>Reads an array from a file's content.</summary>
    /// <param name="path">The file's name, for error messages.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="EspalierException">The content is damaged, or holds something else.</exception>
    public static NpyArray Parse(string path, ReadOnlySpan<byte> content)
    {
        if (content.Length < PrefixBytes || !content.StartsWith(s_magic))
        {
            throw new EspalierException($"{path}: not a .npy file; write one with numpy.save.");
        }

        int version = content[6], lengthBytes = version == 1 ? 2 : 4, start = s_magic.Length + 2 + lengthBytes;
        if (version is < 1 or > 3) throw new EspalierException($"{path}: .npy version {version} is unknown; 1 to 3 are known.");
        if (content.Length < start) throw EndsTooSoon(path);
        long length = version == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(content[8..])
            : BinaryPrimitives.ReadUInt32LittleEndian(content[8..]);
        if (length > content.Length - start) throw EndsTooSoon(path);
        string header = Encoding.UTF8.GetString(content.Slice(start, (int)length));
        (string type, int[] shape) = ParseHeader(path, header);
        long count = 1;
        foreach (int side in shape)
        {
            count *= side;
            if (count > MaxElements) throw new EspalierException($"{path}: an array of more than {MaxElements} elements; cut it up.");
        }

        ReadOnlySpan<byte> data = content[(start + (int)length)..];
        int width = type[^1] - '0';
        if (data.Length < count * width) throw EndsTooSoon(path);
        if (data.Length > count * width)
        {
            throw new EspalierException($"{path}: {data.Length - count * width} bytes follow the array; the file is damaged.");
        }

        return new NpyArray(shape, Decode(type, data, (int)count));
    }

    private static EspalierException EndsTooSoon(string path) => new($"{path}: the file ends within the array; copy it again.");

    // The header is a literal of a Python dictionary with just these keys.
    private static (string Type, int[] Shape) ParseHeader(string path, string header)
    {
        string type = Field(path, header, "descr").Trim('\'', '"');
        if (type is not ("<f4" or "<f8" or "<i4" or "<i8" or "<i2" or "|i1" or "|u1"))
        {
            throw new EspalierException($"{path}: elements of type {type}; save the array as float32 (array.astype('<f4')).");
        }

        if (Field(path, header, "fortran_order") != "False")
        {
            throw new EspalierException($"{path}: the array is in Fortran order; save numpy.ascontiguousarray of it.");
        }

        string[] sides = Field(path, header, "shape").Trim('(', ')').Split(',', StringSplitOptions.TrimEntries);
        if (sides[^1].Length == 0) sides = sides[..^1];
        var shape = new int[sides.Length];
        for (int i = 0; i < sides.Length; i++)
        {
            if (!int.TryParse(sides[i], NumberStyles.None, CultureInfo.InvariantCulture, out shape[i])) throw BadHeader(path, "shape");
        }

        return (type, shape);
    }

    private static string Field(string path, string header, string key)
    {
        int at = header.IndexOf($"'{key}':", StringComparison.Ordinal);
        if (at < 0) throw BadHeader(path, key);
        int start = at + key.Length + 3;
        int end = key == "shape" ? header.IndexOf(')', start) + 1 : header.AsSpan(start).IndexOfAny(",}") + start;
        return end > start ? header[start..end].Trim() : throw BadHeader(path, key);
    }

    private static EspalierException BadHeader(string path, string key) =>
        new($"{path}: the header has no good '{key}'; the file is damaged.");

    private static float[] Decode(string type, ReadOnlySpan<byte> data, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = type switch
            {
                "<f4" => BinaryPrimitives.ReadSingleLittleEndian(data[(4 * i)..]),
                "<f8" => (float)BinaryPrimitives.ReadDoubleLittleEndian(data[(8 * i)..]),
                "<i8" => BinaryPrimitives.ReadInt64LittleEndian(data[(8 * i)..]),
                "<i4" => BinaryPrimitives.ReadInt32LittleEndian(data[(4 * i)..]),
                "<i2" => BinaryPrimitives.ReadInt16LittleEndian(data[(2 * i)..]),
                "|i1" => (sbyte)data[i],
                _ => data[i],
            };
        }

        return values;
    }
}
