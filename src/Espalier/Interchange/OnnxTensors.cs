using System.Buffers.Binary;
using Espalier.Interchange.Onnx;
using Google.Protobuf;

namespace Espalier.Interchange;

/// <summary>The leaves of an ONNX graph: tensors, attributes, and the descriptions of inputs and outputs.</summary>
internal static class OnnxTensors
{
    /// <summary>Floats as an initialiser.</summary>
    public static TensorProto Floats(string name, ReadOnlySpan<float> values, params ReadOnlySpan<int> dimensions)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        return Tensor(name, TensorProto.Types.DataType.Float, bytes, dimensions);
    }

    /// <summary>Whole numbers as an initialiser of one dimension: a shape.</summary>
    public static TensorProto Shape(string name, params ReadOnlySpan<int> values)
    {
        var bytes = new byte[values.Length * sizeof(long)];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        return Tensor(name, TensorProto.Types.DataType.Int64, bytes, [values.Length]);
    }

    /// <summary>An attribute that is one whole number.</summary>
    public static AttributeProto Attribute(string name, int value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>An attribute that is a float.</summary>
    public static AttributeProto Attribute(string name, float value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    /// <summary>An attribute that is a list of whole numbers.</summary>
    public static AttributeProto Attribute(string name, params ReadOnlySpan<int> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (int value in values) attribute.Ints.Add(value);
        return attribute;
    }

    /// <summary>The description of a value of N samples, each of the given dimensions.</summary>
    public static ValueInfoProto Value(string name, params ReadOnlySpan<int> dimensions)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" } } };
        foreach (int dimension in dimensions) shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = dimension });
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private static TensorProto Tensor(string name, TensorProto.Types.DataType type, byte[] bytes, ReadOnlySpan<int> dimensions)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        foreach (int dimension in dimensions) tensor.Dims.Add(dimension);
        return tensor;
    }
}
