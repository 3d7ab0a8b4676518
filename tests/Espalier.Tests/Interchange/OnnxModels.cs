using Espalier.Interchange;
using Espalier.Interchange.Onnx;
using Google.Protobuf;

namespace Espalier.Tests.Interchange;

/// <summary>Builds ONNX models node by node, as exporters write them.</summary>
internal sealed class OnnxModels(long operatorSet = 17)
{
    private readonly GraphProto _graph = new() { Name = "test" };
    private readonly List<FunctionProto> _functions = [];

    /// <summary>Adds an input; a length of -1 is open.</summary>
    public OnnxModels Input(string name, params int[] dims)
    {
        _graph.Input.Add(Value(name, dims));
        return this;
    }

    /// <summary>Adds an initializer of floats.</summary>
    public OnnxModels Floats(string name, int[] dims, params float[] values)
    {
        _graph.Initializer.Add(OnnxTensors.Floats(name, values, dims));
        return this;
    }

    /// <summary>Adds an initializer of whole numbers with one axis.</summary>
    public OnnxModels Integers(string name, params int[] values)
    {
        _graph.Initializer.Add(OnnxTensors.Shape(name, values));
        return this;
    }

    /// <summary>Adds any initializer.</summary>
    public OnnxModels Tensor(TensorProto tensor)
    {
        _graph.Initializer.Add(tensor);
        return this;
    }

    /// <summary>Adds a node, "x w -> y"; its name is that of its first output.</summary>
    public OnnxModels Node(string type, string values, params AttributeProto[] attributes)
    {
        _graph.Node.Add(MakeNode(type, values, attributes));
        return this;
    }

    /// <summary>Adds a function of domain "own".</summary>
    public OnnxModels Function(string name, string inputs, string output, params NodeProto[] nodes)
    {
        _functions.Add(
            new FunctionProto { Name = name, Domain = "own", Input = { inputs.Split(' ') }, Output = { output }, Node = { nodes } });
        return this;
    }

    public static NodeProto MakeNode(string type, string values, params AttributeProto[] attributes)
    {
        string[] sides = values.Split(" -> "), outputs = sides[1].Split(' ');
        int dot = type.LastIndexOf('.');
        return new NodeProto
        {
            OpType = type[(dot + 1)..],
            Domain = dot < 0 ? "" : type[..dot],
            Name = outputs[0],
            Input = { sides[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => name == "_" ? "" : name) },
            Output = { outputs },
            Attribute = { attributes },
        };
    }

    /// <summary>The model's bytes.</summary>
    public byte[] ToBytes(params string[] outputs)
    {
        _graph.Output.Clear();
        _graph.Output.AddRange(outputs.Select(name => Value(name, [])));
        return new ModelProto
        {
            IrVersion = 8,
            Graph = _graph,
            OpsetImport =
            {
                new OperatorSetIdProto { Version = operatorSet }, new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 3 },
            },
            Functions = { _functions },
        }.ToByteArray();
    }

    /// <summary>The model imported.</summary>
    public OnnxImportResult Import(params string[] outputs) => OnnxImport.Parse(ToBytes(outputs));

    /// <summary>What the imported network yields for one sample.</summary>
    public float[] Run(string output, params float[] input) => Outputs(Import(output), input);

    /// <summary>What an imported network yields for one sample.</summary>
    public static float[] Outputs(OnnxImportResult model, params float[] input)
    {
        var outputs = new float[model.Network.OutputShape.Length];
        OnnxRun.Interpreter(model.Network)(input, outputs);
        return outputs;
    }

    private static ValueInfoProto Value(string name, int[] dims)
    {
        var shape = new TensorShapeProto();
        foreach (int length in dims)
        {
            shape.Dim.Add(length < 0 ? new TensorShapeProto.Types.Dimension { DimParam = "N" } : new() { DimValue = length });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new() { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape } },
        };
    }
}
