using Espalier.Interchange.Onnx;

namespace Espalier.Interchange.Import;

/// <summary>One run through a graph's nodes, which makes layers of them.</summary>
/// <param name="network">Where the layers go.</param>
/// <param name="tensors">Reads tensors of attributes.</param>
/// <param name="model">The model, which says what operator sets it uses.</param>
/// <param name="constant">Finds constants of the graph by name.</param>
/// <param name="uses">How many read each value.</param>
internal sealed class GraphRun(
    NetworkAssembler network, TensorReader tensors, ModelProto model, Func<string, ConstantTensor?> constant, Dictionary<string, int> uses)
{
    // Elements of all values computed, so that no graph of a few nodes takes much memory.
    private const long MaxElements = 1L << 26;

    private readonly Dictionary<string, GraphValue> _values = new(StringComparer.Ordinal);
    private long _elements;

    /// <summary>Names a value.</summary>
    public void Set(string name, GraphValue value)
    {
        bool isShared = uses.GetValueOrDefault(name) > 1;
        _values[name] = value switch
        {
            Signal signal when isShared => signal with { IsShared = true },

            // A whole activation function that several read is computed once, not in a formula of each.
            Formula { Depth: 1, IsLayer: true, Argument.IsShared: false } whole when isShared =>
                ((Signal)whole.Resolve()) with { IsShared = true },
            Formula formula when isShared => formula with { IsShared = true },
            _ => value,
        };
    }

    /// <summary>The value called <paramref name="name"/>.</summary>
    /// <exception cref="EspalierException">There is none yet.</exception>
    public GraphValue Get(string name)
    {
        if (_values.TryGetValue(name, out GraphValue? value) || (value = constant(name)) is not null) return value;
        throw new EspalierException($"reads '{name}', which no input, initializer or node before it yields; the graph is damaged.");
    }

    /// <summary>Runs a node.</summary>
    public void Run(NodeProto node, int index)
    {
        string domain = node.Domain == "ai.onnx" ? "" : node.Domain;
        long version = model.OpsetImport.FirstOrDefault(set => (set.Domain == "ai.onnx" ? "" : set.Domain) == domain)?.Version ?? 1;
        GraphValue?[] inputs = new GraphValue?[node.Input.Count];
        var call = new NodeCall(node, index, version, inputs, network, tensors);
        try
        {
            for (int i = 0; i < inputs.Length; i++) inputs[i] = node.Input[i].Length == 0 ? null : Get(node.Input[i]);
        }
        catch (EspalierException error)
        {
            throw new NodeException($"{call.Label}: {error.Message}", error);
        }

        GraphValue[] outputs = OperatorTable.Run(call);
        for (int i = 0; i < node.Output.Count; i++)
        {
            if (node.Output[i].Length == 0) continue;
            if (i < outputs.Length) Set(node.Output[i], outputs[i]);
            else if (uses.ContainsKey(node.Output[i]))
            {
                throw new NodeException($"{call.Label}: its output {i} ('{node.Output[i]}') is read, which is not supported.", null);
            }
        }

        foreach (GraphValue output in outputs) _elements += output is Signal { Map: null } or Formula ? 0 : output.Length;
        if (_elements > MaxElements)
        {
            throw new NodeException(
                $"{call.Label}: the graph computes more than {MaxElements:N0} elements; that is no small network.", null);
        }
    }
}
