using MathNet.Numerics;

namespace Espalier.Interchange.Import.Operators;

/// <summary>Arithmetic: with constants it becomes affine, sums of signals become additions.</summary>
internal static class ArithmeticOperators
{
    /// <summary>The operators.</summary>
    public static IEnumerable<ElementwiseOperator> All =>
    [
        new("Add", _ => x => x[0] + x[1], call => Sum(call, 1)),
        new("Sub", _ => x => x[0] - x[1], call => Sum(call, -1)),
        new("Sum", _ => x => x.Sum(), SumOfAll),
        new("Mul", _ => x => x[0] * x[1], Multiply),
        new("Div", _ => x => x[0] / x[1], Divide),
        new("Neg", _ => x => -x[0], call => [Affine.Apply(call.Network, call.LayerName, call.Signal(0), _ => -1, _ => 0)]),
        new("Mod", _ => x => x[0] - x[1] * Math.Floor(x[0] / x[1]), Refuse),
        new("Pow", _ => x => Math.Pow(x[0], x[1]), Refuse),
        new("Sqrt", _ => x => Math.Sqrt(x[0]), Refuse),
        new("Reciprocal", _ => x => 1 / x[0], Refuse),
        new("Exp", _ => x => Math.Exp(x[0]), Refuse),
        new("Log", _ => x => Math.Log(x[0]), Refuse),
        new("Erf", _ => x => SpecialFunctions.Erf(x[0]), Refuse),
        new("Sign", _ => x => x[0] > 0 ? 1 : x[0] < 0 ? -1 : x[0], Refuse),
        new("Floor", _ => x => Math.Floor(x[0]), Refuse),
        new("Ceil", _ => x => Math.Ceiling(x[0]), Refuse),
        new("Equal", _ => x => x[0] == x[1] ? 1 : 0, Refuse) { IsTruth = true },
        new("Greater", _ => x => x[0] > x[1] ? 1 : 0, Refuse) { IsTruth = true },
        new("GreaterOrEqual", _ => x => x[0] >= x[1] ? 1 : 0, Refuse) { IsTruth = true },
        new("Less", _ => x => x[0] < x[1] ? 1 : 0, Refuse) { IsTruth = true },
        new("LessOrEqual", _ => x => x[0] <= x[1] ? 1 : 0, Refuse) { IsTruth = true },
        new("Not", _ => x => x[0] == 0 ? 1 : 0, Refuse) { IsTruth = true },
        new("And", _ => x => x[0] != 0 && x[1] != 0 ? 1 : 0, Refuse) { IsTruth = true },
        new("Or", _ => x => x[0] != 0 || x[1] != 0 ? 1 : 0, Refuse) { IsTruth = true },
        new("Where", _ => x => x[0] != 0 ? x[1] : x[2], Refuse),
    ];

    /// <summary>For an operator that is computed on constants, and known within activation functions, but is no layer.</summary>
    internal static GraphValue[] Refuse(NodeCall call) => throw new EspalierException(
        "depends on the model's input, and neither it nor the nodes around it are a layer or an activation function; "
        + "a layer of its own would be needed.");

    private static GraphValue[] Sum(NodeCall call, int sign)
    {
        (GraphValue a, GraphValue b) = Broadcast(call);
        if (b is ConstantTensor shift) return [Affine.Apply(call.Network, call.LayerName, (Signal)a, _ => 1, i => sign * shift.Values[i])];
        Signal second = (Signal)b;
        if (a is ConstantTensor start) return [Affine.Apply(call.Network, call.LayerName, second, _ => sign, i => start.Values[i])];
        if (sign < 0) second = Affine.Apply(call.Network, $"{call.LayerName}_negated", second, _ => -1, _ => 0);
        return [call.Network.Addition(call.LayerName, (Signal)a, second)];
    }

    private static GraphValue[] SumOfAll(NodeCall call)
    {
        GraphValue sum = call.Value(0);
        for (int i = 1; i < call.Count; i++) sum = Sum(call.With([sum, call.Value(i)]), 1)[0];
        return [sum];
    }

    private static GraphValue[] Multiply(NodeCall call)
    {
        (GraphValue a, GraphValue b) = Broadcast(call);
        (Signal? signal, ConstantTensor? scale) = a is ConstantTensor first ? (b as Signal, first) : (a as Signal, b as ConstantTensor);
        if (signal is null || scale is null)
        {
            throw new EspalierException("multiplies two values that both depend on the model's input; layers multiply by constants only.");
        }

        return [Affine.Apply(call.Network, call.LayerName, signal, i => scale.Values[i], _ => 0)];
    }

    private static GraphValue[] Divide(NodeCall call)
    {
        (GraphValue a, GraphValue b) = Broadcast(call);
        if (b is not ConstantTensor divisor)
        {
            throw new EspalierException("divides by a value that depends on the model's input; layers divide by constants only.");
        }

        return [Affine.Apply(call.Network, call.LayerName, (Signal)a, i => 1 / divisor.Values[i], _ => 0)];
    }

    /// <summary>Both inputs of one shape.</summary>
    internal static (GraphValue A, GraphValue B) Broadcast(NodeCall call)
    {
        GraphValue[] inputs = ElementwiseOperators.Aligned(call);
        if (inputs.Length != 2) throw new EspalierException($"has {inputs.Length} inputs; 2 are needed.");
        int[] dims = Tensors.Broadcast(inputs[0].Dims, inputs[1].Dims)
            ?? throw new EspalierException(
                $"has inputs of shapes {Tensors.Show(inputs[0].Dims)} and {Tensors.Show(inputs[1].Dims)}, which do not fit together.");
        return (SelectionOperators.Expanded(inputs[0], dims), SelectionOperators.Expanded(inputs[1], dims));
    }
}
