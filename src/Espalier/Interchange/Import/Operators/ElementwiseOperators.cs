namespace Espalier.Interchange.Import.Operators;

/// <summary>
/// Operators of each element by itself. Each has a function of numbers, which computes constants and tells formulas apart, and a way to
/// become layers.
/// </summary>
internal static class ElementwiseOperators
{
    // Beyond it a formula is made layers, so that no graph makes its evaluation a deep recursion.
    private const int MaxDepth = 32;

    /// <summary>The operators by name.</summary>
    public static IEnumerable<(string Name, OnnxOperator Run)> All => ArithmeticOperators.All.Concat(ActivationOperators.All)
        .Select(one => (one.Name, (OnnxOperator)(call => Run(call, one))));

    private static GraphValue[] Run(NodeCall call, ElementwiseOperator one)
    {
        if (call.IsConstant) return [Folded(call, one)];
        if (AsFormula(call, one) is Formula formula) return [formula];
        return one.Build(call);
    }

    private static ConstantTensor Folded(NodeCall call, ElementwiseOperator one)
    {
        ConstantTensor[] inputs = [.. Aligned(call).Cast<ConstantTensor>()];
        int[] dims = inputs[0].Dims;
        foreach (ConstantTensor input in inputs)
        {
            dims = Tensors.Broadcast(dims, input.Dims) ?? throw new EspalierException("has inputs whose shapes do not fit together.");
        }

        if (Tensors.Count(dims) > Layout.MaxElements && inputs.Any(input => input.Length != Tensors.Count(dims)))
        {
            throw new EspalierException($"repeats constants to {Tensors.Show(dims)}, which is too large.");
        }

        inputs = Array.ConvertAll(inputs, input => input.Seen(Layout.Expanded(input, dims)));
        Func<double[], double> function = one.Function(call);
        bool isInteger = inputs.All(input => input.IsInteger);
        var values = new double[Tensors.Count(dims)];
        var arguments = new double[inputs.Length];
        for (int i = 0; i < values.Length; i++)
        {
            for (int j = 0; j < arguments.Length; j++) arguments[j] = inputs[j].Values[i];
            double value = function(arguments);
            values[i] = isInteger ? Math.Truncate(value) : value;
        }

        return new ConstantTensor(dims, values, isInteger || one.IsTruth);
    }

    /// <summary>The node as a formula, when it reads one signal that others read too, or formulas of it, and single constants.</summary>
    private static Formula? AsFormula(NodeCall call, ElementwiseOperator one)
    {
        Signal? argument = null;
        int depth = 0;
        bool isWorthIt = one.IsFirstOfSeveral, isShared = false;
        var parts = new Func<double, double>?[call.Count];
        for (int i = 0; i < parts.Length; i++)
        {
            switch (call.Inputs[i])
            {
                case ConstantTensor { Length: 1 } constant:
                    double number = constant.Values[0];
                    parts[i] = _ => number;
                    if (constant.Rank > (argument ?? Argument(call))?.Rank) return null;
                    continue;
                case Signal signal when argument is null || IsSame(argument, signal):
                    argument ??= signal;
                    parts[i] = x => x;
                    isWorthIt |= signal.IsShared;
                    isShared |= signal.IsShared;
                    continue;
                case Formula formula when argument is null || IsSame(argument, formula.Argument):
                    argument ??= formula.Argument;
                    parts[i] = formula.Function;
                    depth = Math.Max(depth, formula.Depth);
                    isWorthIt = true;
                    isShared |= formula.Argument.IsShared || formula.IsShared;
                    continue;
                case null:
                    continue;
                default:
                    return null;
            }
        }

        if (!isWorthIt || argument is null || depth >= MaxDepth) return null;
        Func<double[], double> function = one.Function(call);
        Func<double, double>[] given = [.. parts.OfType<Func<double, double>>()];
        double Value(double x) => function(Array.ConvertAll(given, part => part(x)));
        Value(0); // A node with too few inputs is told here, where it is named.
        return new Formula(argument with { IsShared = isShared }, Value, call, one.Build) { Depth = depth + 1 };
    }

    private static Signal? Argument(NodeCall call) =>
        call.Inputs.Select(input => input as Signal ?? (input as Formula)?.Argument).FirstOrDefault(signal => signal is not null);

    private static bool IsSame(Signal a, Signal b) =>
        a.Source == b.Source && a.Dims.AsSpan().SequenceEqual(b.Dims)
        && (ReferenceEquals(a.Map, b.Map) || (a.Map is not null && b.Map is not null && a.Map.AsSpan().SequenceEqual(b.Map)));

    /// <summary>
    /// The inputs given, with the axes of the second put where operator sets before 7 say: not at the end, but from axis 'axis' on.
    /// </summary>
    internal static GraphValue[] Aligned(NodeCall call)
    {
        GraphValue[] inputs = [.. Enumerable.Range(0, call.Count).Where(call.Has).Select(call.Value)];
        if (call.OperatorSet >= 7 || inputs.Length < 2) return inputs;
        int axis = call.Int("axis", -1);
        if (call.Operator == "PRelu" && inputs[1].Rank == 1 && inputs[0].Rank > 1) axis = 1;
        int missing = inputs[0].Rank - inputs[1].Rank - axis;
        if (axis < 0 || missing <= 0) return inputs;
        inputs[1] = inputs[1].Seen(Layout.Reshaped([.. inputs[1].Dims, .. Enumerable.Repeat(1, missing)], inputs[1].Batch));
        return inputs;
    }
}
