using System.Buffers.Binary;
using Espalier.Interchange.Onnx;
using Google.Protobuf.Collections;
using DataType = Espalier.Interchange.Onnx.TensorProto.Types.DataType;

namespace Espalier.Interchange.Import;

/// <summary>Reads the tensors of an ONNX model, wherever the format lets their elements stand.</summary>
/// <param name="folder">The model's folder, where files of external elements lie; null when the model is no file.</param>
internal sealed class TensorReader(string? folder)
{
    private const int MaxRank = 16;

    private readonly ExternalElements _external = new(folder);

    /// <summary>Reads a tensor.</summary>
    /// <exception cref="EspalierException">Its elements are of a type that is no number, or not as many as its shape says.</exception>
    public ConstantTensor Read(TensorProto tensor)
    {
        string name = tensor.Name.Length == 0 ? "a tensor" : $"tensor '{tensor.Name}'";
        if (tensor.Dims.Count > MaxRank) throw new EspalierException($"{name} has {tensor.Dims.Count} axes; {MaxRank} are the most.");
        var dims = new int[tensor.Dims.Count];
        for (int i = 0; i < dims.Length; i++)
        {
            if (tensor.Dims[i] is < 0 or > int.MaxValue) throw new EspalierException($"{name} has an axis of length {tensor.Dims[i]}.");
            dims[i] = (int)tensor.Dims[i];
        }

        int count = Tensors.Count(dims);
        var type = (DataType)tensor.DataType;
        bool isInteger = type is not (DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16);
        ReadOnlySpan<byte> raw = tensor.RawData.Span;
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External) raw = _external.Read(tensor, name);
        double[]? values = raw.IsEmpty ? Fields(tensor, type, count) : Raw(raw, type, count);
        if (values is not null) return new ConstantTensor(dims, values, isInteger);
        if (!Enum.IsDefined(type) || type is DataType.String or DataType.Undefined)
        {
            throw new EspalierException($"{name} has elements of type {type}; numbers of 8 to 64 bits are needed.");
        }

        throw new EspalierException(
            $"{name} has not the elements that its shape {Tensors.Show(dims)} and type {type} need; the file is damaged.");
    }

    /// <summary>The elements from the fields that the format has for each type; null when they are not <paramref name="count"/>.</summary>
    private static double[]? Fields(TensorProto tensor, DataType type, int count) => type switch
    {
        DataType.Float => All(tensor.FloatData, count, value => value),
        DataType.Double => All(tensor.DoubleData, count, value => value),
        DataType.Int64 => All(tensor.Int64Data, count, value => value),
        DataType.Uint32 or DataType.Uint64 => All(tensor.Uint64Data, count, value => value),
        DataType.Float16 => All(tensor.Int32Data, count, value => (double)BitConverter.UInt16BitsToHalf((ushort)value)),
        DataType.Bfloat16 => All(tensor.Int32Data, count, value => OfBfloat16((ushort)value)),
        DataType.Int8 or DataType.Uint8 or DataType.Int16 or DataType.Uint16 or DataType.Int32 or DataType.Bool
            => All(tensor.Int32Data, count, value => value),
        _ => null,
    };

    private static double[]? All<T>(RepeatedField<T> field, int count, Func<T, double> convert)
    {
        if (field.Count != count) return null;
        var values = new double[count];
        for (int i = 0; i < count; i++) values[i] = convert(field[i]);
        return values;
    }

    private static double[]? Raw(ReadOnlySpan<byte> raw, DataType type, int count)
    {
        int width = type switch
        {
            DataType.Int8 or DataType.Uint8 or DataType.Bool => 1,
            DataType.Int16 or DataType.Uint16 or DataType.Float16 or DataType.Bfloat16 => 2,
            DataType.Float or DataType.Int32 or DataType.Uint32 => 4,
            DataType.Double or DataType.Int64 or DataType.Uint64 => 8,
            _ => 0,
        };
        if (width == 0 || raw.Length != (long)count * width) return null;
        var values = new double[count];
        for (int i = 0; i < count; i++) values[i] = Element(raw.Slice(i * width, width), type);
        return values;
    }

    private static double Element(ReadOnlySpan<byte> bytes, DataType type) => type switch
    {
        DataType.Float => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        DataType.Double => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        DataType.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        DataType.Bfloat16 => OfBfloat16(BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
        DataType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        DataType.Uint64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        DataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        DataType.Uint32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        DataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        DataType.Uint16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        DataType.Int8 => (sbyte)bytes[0],
        _ => bytes[0],
    };

    /// <summary>The upper half of a float.</summary>
    internal static float OfBfloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
