using System.Globalization;
using Espalier.Interchange.Onnx;

namespace Espalier.Interchange.Import;

/// <summary>Puts the nodes of a model's own functions in the place of the nodes that call them.</summary>
internal static class FunctionInliner
{
    // PyTorch's functions call each other a few levels deep.
    private const int MaxDepth = 8, MaxNodes = 1 << 16;

    /// <summary>The nodes of the model's graph without calls of its functions.</summary>
    /// <exception cref="EspalierException">They are too many, or functions call each other without end.</exception>
    public static IReadOnlyList<NodeProto> Inline(ModelProto model)
    {
        var functions = new Dictionary<(string, string), FunctionProto>();
        foreach (FunctionProto function in model.Functions) functions[(function.Domain, function.Name)] = function;
        IReadOnlyList<NodeProto> nodes = model.Graph.Node;
        for (int depth = 0; ; depth++)
        {
            if (nodes.Count > MaxNodes) throw new EspalierException($"has more than {MaxNodes:N0} nodes; that is no small network.");
            if (!nodes.Any(node => functions.ContainsKey((node.Domain, node.OpType)))) return nodes;
            if (depth == MaxDepth) throw new EspalierException($"has functions that call each other more than {MaxDepth} levels deep.");
            var next = new List<NodeProto>();
            foreach (NodeProto node in nodes)
            {
                string prefix = string.Create(CultureInfo.InvariantCulture, $"{node.OpType}.{depth}.{next.Count}");
                FunctionProto? function = functions.GetValueOrDefault((node.Domain, node.OpType));
                next.AddRange(function is null ? [node] : Body(node, function, prefix));
                if (next.Count > MaxNodes) break;
            }

            nodes = next;
        }
    }

    private static IEnumerable<NodeProto> Body(NodeProto call, FunctionProto function, string prefix)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal) { [""] = "" };
        for (int i = 0; i < function.Input.Count; i++) names[function.Input[i]] = i < call.Input.Count ? call.Input[i] : "";
        for (int i = 0; i < function.Output.Count && i < call.Output.Count; i++)
        {
            if (call.Output[i].Length > 0) names[function.Output[i]] = call.Output[i];
        }

        foreach (NodeProto node in function.Node)
        {
            NodeProto copy = node.Clone();
            copy.Name = $"{(call.Name.Length > 0 ? call.Name : prefix)}/{node.Name}";
            for (int i = 0; i < copy.Input.Count; i++) copy.Input[i] = Renamed(copy.Input[i]);
            for (int i = 0; i < copy.Output.Count; i++) copy.Output[i] = Renamed(copy.Output[i]);
            for (int i = copy.Attribute.Count - 1; i >= 0; i--)
            {
                AttributeProto attribute = copy.Attribute[i];
                if (attribute.RefAttrName.Length == 0) continue;
                copy.Attribute.RemoveAt(i);
                if (Given(call, function, attribute.RefAttrName)?.Clone() is not { } given) continue;
                given.Name = attribute.Name;
                copy.Attribute.Add(given);
            }

            yield return copy;
        }

        string Renamed(string name) => names.TryGetValue(name, out string? known) ? known : names[name] = $"{prefix}.{name}";
    }

    private static AttributeProto? Given(NodeProto call, FunctionProto function, string name) =>
        call.Attribute.FirstOrDefault(attribute => attribute.Name == name)
            ?? function.AttributeProto.FirstOrDefault(attribute => attribute.Name == name);
}
