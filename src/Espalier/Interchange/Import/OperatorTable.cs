using Espalier.Interchange.Import.Operators;
using Espalier.Interchange.Onnx;

namespace Espalier.Interchange.Import;

/// <summary>All operators that can be imported.</summary>
internal static class OperatorTable
{
    private static readonly Dictionary<string, OnnxOperator> s_operators = new (string Name, OnnxOperator Run)[][]
    {
        [.. ReshapeOperators.All], [.. SelectionOperators.All], [.. ConstantOperators.All], [.. ElementwiseOperators.All],
        [.. ProductOperators.All], [.. ConvolutionOperators.All], [.. TransposedConvolution.All], [.. ImageOperators.All],
        [.. PoolingOperators.All], [.. NormalizationOperators.All],
    }.SelectMany(family => family).ToDictionary(one => one.Name, one => one.Run, StringComparer.Ordinal);

    /// <summary>The names of the operators, those of other domains than ONNX's own with the domain.</summary>
    public static IReadOnlyCollection<string> Names => s_operators.Keys;

    /// <summary>The name of a node's operator.</summary>
    public static string Name(NodeProto node) => node.Domain is "" or "ai.onnx" ? node.OpType : $"{node.Domain}.{node.OpType}";

    /// <summary>Runs another operator on the inputs of <paramref name="call"/>.</summary>
    public static GraphValue[] Run(string name, NodeCall call) => s_operators[name](call);

    /// <summary>The values of a node's outputs.</summary>
    /// <exception cref="NodeException">There is no such operator here, or it cannot be a layer.</exception>
    public static GraphValue[] Run(NodeCall call) =>
        s_operators.TryGetValue(call.Operator, out OnnxOperator? run) ? NodeRunner.Run(call, run) : throw new NodeException(
            $"{call.Label}: operator {call.Operator} is not supported; a layer for it would be needed, so export the model without it.",
            null);
}
