namespace Espalier.Interchange.Import.Operators;

/// <summary>Operators whose values are known without any input: constants, and the shapes from which exporters compute others.</summary>
internal static class ConstantOperators
{
    /// <summary>The operators by name.</summary>
    public static IEnumerable<(string Name, OnnxOperator Run)> All =>
        [("Constant", Constant), ("Shape", Shape), ("Size", Size), ("ConstantOfShape", Filled), ("Range", Range)];

    private static GraphValue[] Constant(NodeCall call)
    {
        if (call.Tensor("value") is ConstantTensor tensor) return [tensor];
        if (call.HasAttribute("value_float")) return [ConstantTensor.Scalar(call.Float("value_float", 0))];
        if (call.HasAttribute("value_int")) return [ConstantTensor.Scalar(call.Int("value_int", 0), isInteger: true)];
        if (call.Ints("value_ints") is int[] integers) return [ConstantTensor.Integers(integers)];
        if (call.Floats("value_floats") is float[] floats)
        {
            return [new ConstantTensor([floats.Length], Array.ConvertAll(floats, value => (double)value))];
        }

        throw new EspalierException("holds no number.");
    }

    private static GraphValue[] Shape(NodeCall call)
    {
        GraphValue value = call.Inputs[0] ?? call.Value(0);
        int start = Position(call.Int("start", 0)), end = Position(call.Int("end", value.Rank));
        return [ConstantTensor.Integers(value.Dims[start..Math.Max(start, end)])];

        int Position(int axis) => Math.Clamp(axis < 0 ? axis + value.Rank : axis, 0, value.Rank);
    }

    private static GraphValue[] Size(NodeCall call) => [ConstantTensor.Scalar((call.Inputs[0] ?? call.Value(0)).Length, isInteger: true)];

    private static GraphValue[] Filled(NodeCall call)
    {
        int[] dims = call.Constant(0).ToIntegers();
        ConstantTensor filler = call.Tensor("value") ?? ConstantTensor.Scalar(0);
        int count = Tensors.Count(dims);
        if (count > Layout.MaxElements) throw new EspalierException($"fills {Tensors.Show(dims)} values, which is too many.");
        return [new ConstantTensor(dims, [.. Enumerable.Repeat(filler.Values[0], count)], filler.IsInteger)];
    }

    private static GraphValue[] Range(NodeCall call)
    {
        ConstantTensor start = call.Constant(0);
        double first = start.Values[0], limit = call.Constant(1).Values[0], step = call.Constant(2).Values[0];
        double count = Math.Max(0, Math.Ceiling((limit - first) / step));
        if (!(count <= Layout.MaxElements)) throw new EspalierException($"counts from {first} to {limit} by {step}, which is too many.");
        return [new ConstantTensor([(int)count], [.. Enumerable.Range(0, (int)count).Select(i => first + i * step)], start.IsInteger)];
    }
}
