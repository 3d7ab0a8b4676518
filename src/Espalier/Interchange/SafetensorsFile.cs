using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using Espalier.Interchange.Import;

namespace Espalier.Interchange;

/// <summary>
/// Reads and writes files of named arrays in the safetensors format: the length of a JSON header (64-bit, little-endian), the header, which
/// gives for each array its type, shape and bytes, and the bytes.
/// </summary>
public static class SafetensorsFile
{
    private const long MaxBytes = 1L << 31;
    private const int MaxHeaderBytes = 1 << 24, MaxRank = 16, Alignment = 8;

    /// <summary>Reads all arrays of a file, in the order of their bytes.</summary>
    /// <exception cref="EspalierException">The file cannot be read, is damaged, or holds something else than numbers.</exception>
    public static IReadOnlyList<NamedArray> Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(path, InputFile.ReadAllBytes(path, MaxBytes));
    }

    /// <summary>Reads all arrays of a file's content; other numbers than floats are rounded to the nearest float.</summary>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="EspalierException">The content is damaged, or holds something else than numbers.</exception>
    public static IReadOnlyList<NamedArray> Parse(string path, ReadOnlySpan<byte> content)
    {
        if (content.Length < sizeof(ulong))
        {
            throw new EspalierException($"{path}: not a safetensors file: it ends within its first 8 bytes.");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(content);
        if (length > MaxHeaderBytes || length > (ulong)(content.Length - sizeof(ulong)))
        {
            throw new EspalierException($"{path}: not a safetensors file, or a damaged one: its header should have {length} bytes.");
        }

        ReadOnlySpan<byte> data = content[(sizeof(ulong) + (int)length)..];
        var places = new List<Place>();
        try
        {
            using JsonDocument header = JsonDocument.Parse(content.Slice(sizeof(ulong), (int)length).ToArray());
            foreach (JsonProperty entry in header.RootElement.EnumerateObject())
            {
                if (entry.Name != "__metadata__") places.Add(ReadPlace(path, entry));
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new EspalierException($"{path}: not a safetensors file, or a damaged one: its header is no table of arrays.", error);
        }

        places.Sort((a, b) => a.Begin.CompareTo(b.Begin));
        long next = 0;
        var arrays = new List<NamedArray>();
        foreach (Place place in places)
        {
            // The format has no gaps and no overlaps, so that no header makes more of a file than it is.
            if (place.Begin != next || place.End < place.Begin || place.End > data.Length)
            {
                throw new EspalierException(
                    $"{path}: array '{place.Name}' lies at bytes {place.Begin} to {place.End}; "
                    + $"{next} to at most {data.Length} are expected.");
            }

            next = place.End;
            arrays.Add(new NamedArray(place.Name, Decode(path, place, data[(int)place.Begin..(int)place.End])));
        }

        return next == data.Length
            ? arrays
            : throw new EspalierException($"{path}: {data.Length - next} bytes follow the arrays; the file is damaged.");
    }

    /// <summary>Writes arrays as 32-bit floats, whole or not at all.</summary>
    /// <exception cref="ArgumentException">Two arrays have one name.</exception>
    /// <exception cref="EspalierException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyList<NamedArray> arrays)
    {
        byte[] content = ToBytes(arrays);
        AtomicFile.Write(path, stream => stream.Write(content));
    }

    /// <summary>The content of a file of arrays, as 32-bit floats.</summary>
    /// <exception cref="ArgumentException">Two arrays have one name.</exception>
    public static byte[] ToBytes(IReadOnlyList<NamedArray> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        var header = new Dictionary<string, Entry>();
        long end = 0;
        foreach (NamedArray one in arrays)
        {
            long begin = end;
            end += one.Array.Values.Length * (long)sizeof(float);
            header.Add(one.Name, new Entry("F32", [.. one.Array.Shape], [begin, end]));
        }

        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        int padded = (json.Length + Alignment - 1) / Alignment * Alignment;
        var content = new byte[checked(sizeof(ulong) + padded + (int)end)];
        BinaryPrimitives.WriteUInt64LittleEndian(content, (ulong)padded);
        content.AsSpan(sizeof(ulong), padded).Fill((byte)' ');
        json.CopyTo(content, sizeof(ulong));
        int at = sizeof(ulong) + padded;
        foreach (float value in arrays.SelectMany(one => one.Array.Values))
        {
            BinaryPrimitives.WriteSingleLittleEndian(content.AsSpan(at), value);
            at += sizeof(float);
        }

        return content;
    }

    private static Place ReadPlace(string path, JsonProperty entry)
    {
        JsonElement shape = entry.Value.GetProperty("shape"), offsets = entry.Value.GetProperty("data_offsets");
        if (shape.GetArrayLength() > MaxRank || offsets.GetArrayLength() != 2)
        {
            throw new EspalierException(
                $"{path}: array '{entry.Name}' has {shape.GetArrayLength()} axes and {offsets.GetArrayLength()} offsets.");
        }

        int[] lengths = [.. shape.EnumerateArray().Select(length => length.GetInt32())];
        return new Place(
            entry.Name, entry.Value.GetProperty("dtype").GetString() ?? "", lengths, offsets[0].GetInt64(), offsets[1].GetInt64());
    }

    private static NpyArray Decode(string path, Place place, ReadOnlySpan<byte> bytes)
    {
        if (!s_types.TryGetValue(place.Type, out ElementType type))
        {
            throw new EspalierException(
                $"{path}: array '{place.Name}' has elements of type {place.Type}; known are {string.Join(", ", s_types.Keys)}.");
        }

        long count = Count(place.Shape, bytes.Length);
        if (count * type.Width != bytes.Length)
        {
            throw new EspalierException(
                $"{path}: array '{place.Name}' of shape ({string.Join(", ", place.Shape)}) has {bytes.Length} bytes.");
        }

        var values = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = type.Read(bytes[(i * type.Width)..]);
        return new NpyArray(place.Shape, values);
    }

    /// <summary>
    /// The number of elements; as soon as it is above <paramref name="limit"/>, some number above it, and -1 for a negative length.
    /// </summary>
    private static long Count(int[] shape, long limit)
    {
        if (Array.Exists(shape, length => length < 0)) return -1;
        if (Array.Exists(shape, length => length == 0)) return 0;
        return shape.Aggregate(1L, (product, length) => product > limit ? product : product * length);
    }

    private delegate float ElementReader(ReadOnlySpan<byte> bytes);

    private readonly record struct ElementType(int Width, ElementReader Read);

    private sealed record Place(string Name, string Type, int[] Shape, long Begin, long End);

    private sealed record Entry(
        [property: JsonPropertyName("dtype")] string Type,
        [property: JsonPropertyName("shape")] int[] Shape,
        [property: JsonPropertyName("data_offsets")] long[] Offsets);

    private static readonly Dictionary<string, ElementType> s_types = new(StringComparer.Ordinal)
    {
        ["F64"] = new(8, bytes => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
        ["F32"] = new(4, BinaryPrimitives.ReadSingleLittleEndian),
        ["F16"] = new(2, bytes => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes)),
        ["BF16"] = new(2, bytes => TensorReader.OfBfloat16(BinaryPrimitives.ReadUInt16LittleEndian(bytes))),
        ["I64"] = new(8, bytes => BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        ["I32"] = new(4, bytes => BinaryPrimitives.ReadInt32LittleEndian(bytes)),
        ["I16"] = new(2, bytes => BinaryPrimitives.ReadInt16LittleEndian(bytes)),
        ["I8"] = new(1, bytes => (sbyte)bytes[0]),
        ["U8"] = new(1, bytes => bytes[0]),
        ["BOOL"] = new(1, bytes => bytes[0]),
    };
}
