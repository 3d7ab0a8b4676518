using Espalier.Interchange.Onnx;

namespace Espalier.Interchange.Import;

/// <summary>A tensor that is known when the model is read. Whole numbers up to 2^53 and all smaller types are exact.</summary>
/// <param name="Dims">The length of each axis.</param>
/// <param name="Values">The elements in row-major order.</param>
/// <param name="IsInteger">Whether the elements are whole numbers or truth values, which decides how they divide.</param>
internal sealed record ConstantTensor(int[] Dims, double[] Values, bool IsInteger = false) : GraphValue(Dims)
{
    /// <summary>A tensor of one axis of whole numbers: a shape, axes, indices.</summary>
    public static ConstantTensor Integers(params int[] values) =>
        new([values.Length], Array.ConvertAll(values, value => (double)value), true);

    /// <summary>A single number.</summary>
    public static ConstantTensor Scalar(double value, bool isInteger = false) => new([], [value], isInteger);

    /// <summary>The one number that all elements are, or null when they differ or there are none.</summary>
    public double? Uniform => Values.Length > 0 && Array.TrueForAll(Values, value => value.Equals(Values[0])) ? Values[0] : null;

    /// <inheritdoc/>
    public override ConstantTensor Seen(Layout layout)
    {
        if (layout.Map is not int[] map) return this with { Dims = layout.Dims };
        return this with { Dims = layout.Dims, Values = Array.ConvertAll(map, index => index < 0 ? 0 : Values[index]) };
    }

    /// <summary>The elements as whole numbers; what is beyond an int becomes the nearest one (slices end at 2^63).</summary>
    public int[] ToIntegers() => Array.ConvertAll(Values, value => (int)Math.Clamp(value, int.MinValue, int.MaxValue));

    /// <summary>The tensor cast to an element type of the format.</summary>
    public ConstantTensor CastTo(TensorProto.Types.DataType type) => type switch
    {
        TensorProto.Types.DataType.Double => this with { IsInteger = false },
        TensorProto.Types.DataType.Float =>
            this with { IsInteger = false, Values = Array.ConvertAll(Values, value => (double)(float)value) },
        TensorProto.Types.DataType.Float16 =>
            this with { IsInteger = false, Values = Array.ConvertAll(Values, value => (double)(Half)value) },
        TensorProto.Types.DataType.Bool => this with { IsInteger = true, Values = Array.ConvertAll(Values, value => value != 0 ? 1.0 : 0) },
        _ => this with { IsInteger = true, Values = Array.ConvertAll(Values, Math.Truncate) },
    };
}
