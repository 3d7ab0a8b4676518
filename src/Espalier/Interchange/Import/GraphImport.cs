using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Interchange.Onnx;

namespace Espalier.Interchange.Import;

/// <summary>
/// The import of one graph: first for one sample of a batch; where that mixes samples, for the whole input as one sample.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="tensors">Reads its tensors.</param>
/// <param name="options">What the model does not say.</param>
internal sealed class GraphImport(ModelProto model, TensorReader tensors, OnnxImportOptions options)
{
    private readonly IReadOnlyList<NodeProto> _nodes = FunctionInliner.Inline(model);
    private readonly Dictionary<string, ConstantTensor> _constants = new(StringComparer.Ordinal);

    /// <summary>Imports the graph.</summary>
    /// <exception cref="EspalierException">A node cannot be imported, or the model lacks something.</exception>
    public OnnxImportResult Run()
    {
        var outputs = new OutputSelection(model.Graph, _nodes, options.Output);
        RequireOneOfEachName();
        NodeProto[] needed = Needed(outputs);
        string[] names = [.. needed.SelectMany(node => node.Input).Concat(outputs.Taken.Select(output => output.Value)).Distinct()];
        GraphInput[] inputs = Inputs(names);
        try
        {
            return Attempt(needed, outputs, inputs);
        }
        catch (EspalierException error) when (GraphInput.AsWholes(inputs) is not null)
        {
            try
            {
                return Attempt(needed, outputs, GraphInput.AsWholes(inputs)!);
            }
            catch (EspalierException) when (error.InnerException is not BatchException)
            {
                // What is wrong with the model as one for batches is what its maker understands.
            }

            throw;
        }
    }

    private OnnxImportResult Attempt(NodeProto[] nodes, OutputSelection outputs, GraphInput[] inputs)
    {
        InputDeclaration declaration = GraphInput.Declare(inputs);
        try
        {
            return Attempt(nodes, outputs, inputs, declaration, canRedeclare: inputs.Length == 1);
        }
        catch (InputRedeclaration other)
        {
            return Attempt(nodes, outputs, inputs, other.Declaration, canRedeclare: false);
        }
    }

    private OnnxImportResult Attempt(
        NodeProto[] nodes, OutputSelection outputs, GraphInput[] inputs, InputDeclaration declaration, bool canRedeclare)
    {
        var network = new NetworkAssembler(declaration.Shape, canRedeclare);
        foreach (string note in outputs.Notes) network.Note(note);
        GraphInput.AddNotes(network, inputs, declaration);
        var run = new GraphRun(network, tensors, model, Constant, Uses(nodes, outputs));
        foreach ((string name, Signal signal) in GraphInput.Signals(inputs, declaration)) run.Set(name, signal);
        for (int i = 0; i < nodes.Length; i++) run.Run(nodes[i], i);
        (int last, OnnxPort[] ports) = Outputs(network, run, outputs);
        string graphName = LayerList.ToIdentifier(options.Name ?? model.Graph.Name, "network");
        Network made = network.Layers.ToNetwork(graphName, last);
        if (ModelLimits.FindFault(made) is string fault) throw new EspalierException($"makes no network: {fault}");
        OnnxPort[] read = Array.ConvertAll(inputs, input =>
            new OnnxPort(input.Name, input.Dims, input.Batch, declaration.Order) { FixedBatch = input.FixedBatch });
        return new OnnxImportResult(made, network.Notes, read, ports);
    }

    private static (int Last, OnnxPort[] Ports) Outputs(NetworkAssembler network, GraphRun run, OutputSelection outputs)
    {
        var signals = new List<Signal>();
        var ports = new List<OnnxPort>();
        foreach (OutputSelection.Output output in outputs.Taken)
        {
            GraphValue value = run.Get(output.Value) is Formula formula ? formula.Resolve() : run.Get(output.Value);
            if (value is not Signal signal)
            {
                throw new EspalierException($"output '{output.Name}' is the same for every input; there is nothing to compute.");
            }

            signals.Add(network.InOrder(LayerList.ToIdentifier(output.Name, "output"), signal));
            ports.Add(new OnnxPort(output.Name, signal.Dims, signal.Batch, null));
        }

        Signal only = signals[0];
        if (signals.Count > 1)
        {
            network.Note(
                $"the outputs {string.Join(", ", ports.Select(port => $"'{port.Name}'"))} are yielded one after the other as one output");
            return (network.Concatenation("outputs", [.. signals.Select(signal => signal.Source)]), [.. ports]);
        }

        // A network has at least one layer.
        if (only.Source < 0) only = only.On(network.Layers.Add("same", [-1], name => new FlattenLayer(name, network.Layers.ShapeOf(-1))));
        return (only.Source, [.. ports]);
    }

    /// <summary>Each name stands for one value; only an initializer may be declared as an input too.</summary>
    private void RequireOneOfEachName()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        string[] initializers = [.. model.Graph.Initializer.Select(tensor => tensor.Name)];
        var initialized = new HashSet<string>(initializers, StringComparer.Ordinal);
        IEnumerable<string> inputs = model.Graph.Input.Select(input => input.Name).Where(name => !initialized.Contains(name));
        foreach (string name in inputs.Concat(initializers).Concat(_nodes.SelectMany(node => node.Output)))
        {
            if (name.Length > 0 && !names.Add(name)) throw new EspalierException($"has two values called '{name}'; the graph is damaged.");
        }
    }

    /// <summary>The nodes that the outputs need, in the graph's order.</summary>
    private NodeProto[] Needed(OutputSelection outputs)
    {
        var wanted = new HashSet<string>(outputs.Taken.Select(output => output.Value), StringComparer.Ordinal);
        var needed = new List<NodeProto>();
        foreach (NodeProto node in _nodes.Reverse())
        {
            if (!node.Output.Any(wanted.Contains)) continue;
            wanted.UnionWith(node.Input);
            needed.Add(node);
        }

        needed.Reverse();
        return [.. needed];
    }

    /// <summary>How many nodes and outputs read each value's elements.</summary>
    private static Dictionary<string, int> Uses(NodeProto[] nodes, OutputSelection outputs)
    {
        var uses = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (NodeProto node in nodes)
        {
            if (node.OpType is "Shape" or "Size") continue;
            foreach (string name in node.Input) uses[name] = uses.GetValueOrDefault(name) + 1;
        }

        foreach (OutputSelection.Output output in outputs.Taken) uses[output.Value] = uses.GetValueOrDefault(output.Value) + 1;
        return uses;
    }

    private GraphInput[] Inputs(string[] read)
    {
        var initialized = new HashSet<string>(model.Graph.Initializer.Select(tensor => tensor.Name), StringComparer.Ordinal);
        foreach (string name in options.FixedInputs.Keys.Concat(options.InputShapes.Keys))
        {
            if (model.Graph.Input.All(input => input.Name != name)) throw new EspalierException($"has no input '{name}'.");
        }

        GraphInput[] inputs = [.. model.Graph.Input
            .Where(input => !initialized.Contains(input.Name) && !options.FixedInputs.ContainsKey(input.Name) && read.Contains(input.Name))
            .Select(input => GraphInput.Of(input, options.InputShapes.GetValueOrDefault(input.Name)))];
        return inputs.Length > 0
            ? GraphInput.Agreeing(inputs)
            : throw new EspalierException("reads no input; there is nothing to compute.");
    }

    /// <summary>
    /// The constant called <paramref name="name"/>: an initializer, or an input that the user fixed; null when there is none.
    /// </summary>
    private ConstantTensor? Constant(string name)
    {
        if (_constants.TryGetValue(name, out ConstantTensor? known)) return known;
        if (options.FixedInputs.TryGetValue(name, out NpyArray? array))
        {
            int type = model.Graph.Input.First(input => input.Name == name).Type?.TensorType?.ElemType ?? 0;
            bool isInteger = type is not (0 or (int)TensorProto.Types.DataType.Float or (int)TensorProto.Types.DataType.Double);
            return _constants[name] = new ConstantTensor(
                [.. array.Shape], Array.ConvertAll(array.Values, value => (double)value), isInteger);
        }

        TensorProto? tensor = model.Graph.Initializer.FirstOrDefault(tensor => tensor.Name == name);
        return tensor is null ? null : _constants[name] = tensors.Read(tensor);
    }
}
