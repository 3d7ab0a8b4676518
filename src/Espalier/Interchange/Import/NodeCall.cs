using System.Text;
using Espalier.Interchange.Onnx;

namespace Espalier.Interchange.Import;

/// <summary>Turns one node of a graph into values, and layers where it needs some.</summary>
/// <returns>One value for each output of the node that anybody may read; the first always.</returns>
internal delegate GraphValue[] OnnxOperator(NodeCall call);

/// <summary>A node with the values that it reads.</summary>
/// <param name="node">The node.</param>
/// <param name="index">Its place in the graph.</param>
/// <param name="operatorSet">The version of the operator set that its operator is from.</param>
/// <param name="inputs">What it reads; null where an optional input is left out.</param>
/// <param name="network">Where its layers go.</param>
/// <param name="tensors">Reads tensors of attributes.</param>
internal sealed class NodeCall(
    NodeProto node, int index, long operatorSet, GraphValue?[] inputs, NetworkAssembler network, TensorReader tensors)
{
    /// <summary>The operator's name, with its domain unless that is ONNX's own.</summary>
    public string Operator { get; } = OperatorTable.Name(node);

    /// <summary>The version of the operator set.</summary>
    public long OperatorSet => operatorSet;

    /// <summary>Where the node's layers go.</summary>
    public NetworkAssembler Network => network;

    /// <summary>The name for a layer that the node becomes.</summary>
    public string LayerName { get; } = LayerList.ToIdentifier(node.Name, $"{node.OpType.ToLowerInvariant()}_{index}");

    /// <summary>The number of inputs, with those left out before the last one.</summary>
    public int Count => inputs.Length;

    /// <summary>How messages name the node.</summary>
    public string Label { get; } = node.Name.Length > 0
        ? $"node '{node.Name}' ({OperatorTable.Name(node)})"
        : $"node {index} ({OperatorTable.Name(node)})";

    /// <summary>The number of outputs that the node names.</summary>
    public int OutputCount => node.Output.Count;

    /// <summary>Whether every input given is constant.</summary>
    public bool IsConstant => Array.TrueForAll(inputs, input => input is null or ConstantTensor);

    /// <summary>All inputs.</summary>
    public IReadOnlyList<GraphValue?> Inputs => inputs;

    /// <summary>Whether optional input <paramref name="i"/> is given.</summary>
    public bool Has(int i) => i < inputs.Length && inputs[i] is not null;

    /// <summary>Input <paramref name="i"/>, with formulas made layers.</summary>
    public GraphValue Value(int i)
    {
        if (!Has(i)) throw new EspalierException($"its input {i} is missing.");
        return inputs[i] is Formula formula ? formula.Resolve() : inputs[i]!;
    }

    /// <summary>Input <paramref name="i"/>, which must depend on the model's input.</summary>
    public Signal Signal(int i) => Value(i) as Signal
        ?? throw new EspalierException($"its input {i} is constant; it must depend on the model's input here.");

    /// <summary>Input <paramref name="i"/>, which must be constant.</summary>
    public ConstantTensor Constant(int i) => Value(i) as ConstantTensor
        ?? throw new EspalierException(
            $"its input {i} ({Describe(i)}) depends on the model's input; it must be constant: an initializer, or fixed at import.");

    /// <summary>An attribute that is one whole number.</summary>
    public int Int(string name, int otherwise) => Find(name) is { } attribute ? ToInt(attribute.I) : otherwise;

    /// <summary>An attribute that is one float.</summary>
    public float Float(string name, float otherwise) => Find(name) is { } attribute ? attribute.F : otherwise;

    /// <summary>An attribute that is a word.</summary>
    public string Text(string name, string otherwise) =>
        Find(name) is { } attribute ? Encoding.UTF8.GetString(attribute.S.Span) : otherwise;

    /// <summary>An attribute that lists whole numbers; null when it is not there.</summary>
    public int[]? Ints(string name) => Find(name) is { } attribute ? [.. attribute.Ints.Select(ToInt)] : null;

    /// <summary>An attribute that lists floats; null when it is not there.</summary>
    public float[]? Floats(string name) => Find(name) is { } attribute ? [.. attribute.Floats] : null;

    /// <summary>An attribute that is a tensor; null when it is not there.</summary>
    public ConstantTensor? Tensor(string name) => Find(name)?.T is { } tensor ? tensors.Read(tensor) : null;

    /// <summary>How many words an attribute lists.</summary>
    public int WordCount(string name) => Find(name)?.Strings.Count ?? 0;

    /// <summary>Whether the node has the attribute.</summary>
    public bool HasAttribute(string name) => Find(name) is not null;

    /// <summary>
    /// Whole numbers that newer operator sets read as input <paramref name="i"/> and older ones as an attribute; null when given as
    /// neither.
    /// </summary>
    public int[]? Ints(int i, string name) => Has(i) ? Constant(i).ToIntegers() : Ints(name);

    /// <summary>The node's call with other inputs.</summary>
    public NodeCall With(GraphValue?[] others) => new(node, index, operatorSet, others, network, tensors);

    /// <summary>What the user can be told of the value of input <paramref name="i"/>.</summary>
    private string Describe(int i) => i < node.Input.Count ? $"'{node.Input[i]}'" : "absent";

    private AttributeProto? Find(string name)
    {
        foreach (AttributeProto attribute in node.Attribute)
        {
            if (attribute.Name == name) return attribute;
        }

        return null;
    }

    private static int ToInt(long value) => (int)Math.Clamp(value, int.MinValue, int.MaxValue);
}
