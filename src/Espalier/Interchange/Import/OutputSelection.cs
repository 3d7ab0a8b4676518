using Espalier.Interchange.Onnx;

namespace Espalier.Interchange.Import;

/// <summary>
/// Which outputs of a graph a network takes. Classifiers also yield the class itself, which is no value of a layer: where the values from
/// which it is chosen are an output too it is left out, else they are taken in its place.
/// </summary>
internal sealed class OutputSelection
{
    private readonly Dictionary<string, (NodeProto Node, int Index)> _producers = new(StringComparer.Ordinal);

    /// <summary>Selects outputs.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="nodes">Its nodes.</param>
    /// <param name="wanted">The one output that the user wants, or null.</param>
    /// <exception cref="EspalierException">There is no such output, or none at all.</exception>
    public OutputSelection(GraphProto graph, IReadOnlyList<NodeProto> nodes, string? wanted)
    {
        foreach (NodeProto node in nodes)
        {
            for (int i = 0; i < node.Output.Count; i++) _producers.TryAdd(node.Output[i], (node, i));
        }

        string[] names = [.. graph.Output.Select(output => output.Name)];
        if (wanted is not null && !names.Contains(wanted))
        {
            throw new EspalierException($"has no output '{wanted}'; it has {string.Join(", ", names.Select(name => $"'{name}'"))}.");
        }

        Output[] all = [.. names.Where(name => wanted is null || name == wanted).Select(Trace)];
        Output[] values = [.. all.Where(output => !output.IsClass)];
        Taken = values.Length > 0 ? values : [.. all.Take(1)];
        if (Taken.Count == 0) throw new EspalierException("has no output.");
        foreach (Output output in all.Where(output => output.IsClass))
        {
            Notes.Add($"output '{output.Name}' is the class, which Classify gives: "
                + "the values from which it is chosen are the network's output");
        }
    }

    /// <summary>An output taken.</summary>
    /// <param name="Name">The graph's name for it.</param>
    /// <param name="Value">The value of the graph that is taken.</param>
    /// <param name="IsClass">Whether the output itself is the class chosen from the value.</param>
    public readonly record struct Output(string Name, string Value, bool IsClass);

    /// <summary>The outputs taken.</summary>
    public IReadOnlyList<Output> Taken { get; }

    /// <summary>What the user should know.</summary>
    public List<string> Notes { get; } = [];

    private Output Trace(string name)
    {
        string value = name;
        for (int steps = 0; steps <= _producers.Count && _producers.TryGetValue(value, out var producer); steps++)
        {
            (NodeProto node, int index) = producer;
            switch (OperatorTable.Name(node))
            {
                case "ai.onnx.ml.ZipMap" when node.Input.Count > 0:
                    Notes.Add($"output '{name}' is a map from classes to values; the values are taken in their order");
                    return new Output(name, node.Input[0], false);
                case "ArgMax" when node.Input.Count > 0:
                    return new Output(name, node.Input[0], true);
                case "ai.onnx.ml.LinearClassifier" when index == 0 && node.Output.Count > 1:
                    return new Output(name, node.Output[1], true);
                case "Cast" or "Identity" or "Squeeze" or "Unsqueeze" or "Reshape" or "Flatten" or "ai.onnx.ml.LabelEncoder"
                    when node.Input.Count > 0:
                    value = node.Input[0];
                    continue;
                case "ai.onnx.ml.ArrayFeatureExtractor" when node.Input.Count > 1:
                    value = node.Input[1];
                    continue;
            }

            break;
        }

        return new Output(name, name, false);
    }

}
