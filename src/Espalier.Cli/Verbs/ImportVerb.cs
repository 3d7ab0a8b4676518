using System.CommandLine;
using System.Globalization;
using Espalier.Compilation.Model;
using Espalier.Interchange;
using Espalier.Training;

namespace Espalier.Cli.Verbs;

/// <summary>Makes a model file of what other tools wrote.</summary>
internal sealed class ImportVerb : Verb
{
    private readonly Argument<string[]> _files = new("files")
    {
        Description = "An .onnx model; or weights: a .safetensors or .npz file, or .npy files in the order of the layers.",
        HelpName = "FILE",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _file = new("--out", "-o")
    {
        Description = "The model file to write; otherwise NAME.espalier beside the first file.",
        HelpName = "MODEL",
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = "The network's name; otherwise the model file's.",
        HelpName = "NAME",
    };
    private readonly Option<string?> _output = new("--output")
    {
        Description = "The output of an ONNX model to take; otherwise all that are not the class chosen from others.",
        HelpName = "NAME",
    };

    private readonly Option<string[]> _fix = new("--fix")
    {
        Description = "Fix an input of an ONNX model to an array, so that it is a constant; may be given several times.",
        HelpName = "NAME=FILE.npy|FILE.pb",
    };

    private readonly Option<string[]> _shapes = new("--shape")
    {
        Description = "The shape of an ONNX model's input, batch included, where the model leaves it open.",
        HelpName = "NAME=1x3x32x32",
    };

    private readonly Option<string?> _layers = new("--layers")
    {
        Description = "The layers that weights are for, the last one included: 300,100,10/softmax.",
        HelpName = "LAYERS",
    };

    private readonly Option<string?> _input = new("--input")
    {
        Description = "The shape of the input that weights are for: 784, or 1x28x28.",
        HelpName = "SHAPE",
    };
    private readonly Option<string> _activation = new("--activation")
    {
        Description = $"Activation of the layers before the last, unless they name their own: {ActivationArgument.Spellings}.",
        DefaultValueFactory = _ => "relu",
        HelpName = "NAME",
    };

    private readonly Option<bool> _keras = new("--keras")
    {
        Description = "Weights are inputs x outputs, filters height x width x channels x filters, "
            + "and images channels last, as Keras has them.",
    };

    public ImportVerb(Terminal terminal)
        : base("import", "Make a model of an ONNX model, or of weights from PyTorch, Keras or NumPy.", terminal,
            "espalier import lenet.onnx -o lenet.espalier",
            "espalier import classifier.onnx --output probabilities --json",
            "espalier import weights.safetensors --input 784 --layers 300,100,10/softmax",
            "espalier import w1.npy b1.npy w2.npy b2.npy --keras --input 4 --layers 8/tanh,3/softmax -o iris.espalier")
    {
        Names = [new NameList(
            "Layers, each with its activation behind a slash if it wants another, such as 300/tanh", LayersArgument.Kinds)];
        Add(_files);
        foreach (Option option in (Option[])[_file, _name, _output, _fix, _shapes, _layers, _input, _activation, _keras]) Add(option);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        string[] files = arguments.GetRequiredValue(_files);
        string file = arguments.GetValue(_file) ?? Path.ChangeExtension(files[0], ".espalier");
        AtomicFile.RequireWritable(file);
        string name = arguments.GetValue(_name) ?? Path.GetFileNameWithoutExtension(file);
        bool isOnnx = Path.GetExtension(files[0]) == ".onnx";
        if (isOnnx && files.Length > 1) throw new EspalierException($"{files[1]}: one ONNX model is read at a time.");
        RequireFitting(arguments, isOnnx);
        OnnxImportResult result = isOnnx
            ? RunOrLeave(() => OnnxImport.Load(files[0], OnnxOptions(arguments, name)), cancel)
            : new OnnxImportResult(Weights(arguments, files, name), [], [], []);
        ModelFile.Save(file, result.Network);
        Report(arguments, file, result);
        return ExitCode.Success;
    }

    private void Report(ParseResult arguments, string file, OnnxImportResult result)
    {
        Network network = result.Network;
        if (WantsJson(arguments))
        {
            Terminal.WriteJson(new
            {
                model = file,
                network = network.Name,
                weights = network.WeightCount,
                inputShape = network.InputShape.ToString(),
                outputShape = network.OutputShape.ToString(),
                inputs = result.Inputs.Select(
                    port => new { port.Name, port.Dimensions, port.BatchAxis, isReordered = port.Order is not null }),
                outputs = result.Outputs.Select(port => new { port.Name, port.Dimensions, port.BatchAxis }),
                layers = network.Layers.Select(
                    layer => new { layer.Name, shape = layer.OutputShape.ToString(), activation = layer.Activation.Kind.ToString() }),
                result.Notes,
            });
            return;
        }

        foreach (string note in result.Notes) Terminal.Say($"note: {note}");
        Terminal.Print($"{network.Name}: {network.InputShape} to {network.OutputShape}, {network.Layers.Length} layers, "
            + $"{SummaryTable.Number(network.WeightCount)} weights, written to {file}");
    }

    private void RequireFitting(ParseResult arguments, bool isOnnx)
    {
        Option[] others = isOnnx ? [_layers, _input, _activation, _keras] : [_output, _fix, _shapes];
        foreach (Option option in others)
        {
            if (arguments.IsGiven(option))
            {
                throw new EspalierException($"{option.Name} is for {(isOnnx ? "weights without a model" : "ONNX models")}; leave it out.");
            }
        }
    }

    private OnnxImportOptions OnnxOptions(ParseResult arguments, string name)
    {
        var arrays = new Dictionary<string, NpyArray>(StringComparer.Ordinal);
        foreach ((string input, string path) in Pairs(arguments, _fix))
        {
            arrays[input] = Path.GetExtension(path) == ".pb" ? OnnxImport.LoadTensor(path) : NpyFile.Load(path);
        }

        var shapes = new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal);
        foreach ((string input, string shape) in Pairs(arguments, _shapes)) shapes[input] = Sides("--shape", shape);
        return new OnnxImportOptions { Name = name, Output = arguments.GetValue(_output), FixedInputs = arrays, InputShapes = shapes };
    }

    private static IEnumerable<(string Name, string Value)> Pairs(ParseResult arguments, Option<string[]> option)
    {
        foreach (string text in arguments.GetValue(option) ?? [])
        {
            int at = text.IndexOf('=', StringComparison.Ordinal);
            if (at < 1 || at == text.Length - 1) throw new EspalierException($"{option.Name} {text}: write {option.HelpName}.");
            yield return (text[..at], text[(at + 1)..]);
        }
    }

    private Network Weights(ParseResult arguments, string[] files, string name)
    {
        if (arguments.GetValue(_layers) is not { } layers || arguments.GetValue(_input) is not { } input)
        {
            throw new EspalierException(
                $"{files[0]}: weights say no layers; give --input 784 --layers 300,100,10/softmax, or import an .onnx model.");
        }

        int[] sides = Sides("--input", input);
        Shape shape = sides switch
        {
            [int length] => Shape.Flat(length),
            [int channels, int height, int width] => new Shape(channels, height, width),
            _ => throw new EspalierException($"--input {input}: write 784, or channels x height x width as 1x28x28."),
        };
        var builder = new NetworkBuilder(shape, seed: 1);
        LayersArgument.AddTo(builder, layers, ActivationArgument.Parse(arguments.GetRequiredValue(_activation)));
        string cleaned = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        Network network = builder.Build(Identifier.IsValid(cleaned) ? cleaned : $"_{cleaned}").ToNetwork();
        bool namesLast = layers.Split(',', ' ')[^1].Contains('/', StringComparison.Ordinal);
        if (!namesLast && network.Layers[network.Layers.Length - 1] is WeightedLayer last)
        {
            network = network with { Layers = new([.. network.Layers.SkipLast(1), last with { Activation = Activation.Identity }]) };
        }

        return NetworkWeights.Fill(network, [.. files.SelectMany(Arrays)], arguments.GetValue(_keras));
    }

    private static IReadOnlyList<NamedArray> Arrays(string file) => Path.GetExtension(file) switch
    {
        ".safetensors" => SafetensorsFile.Load(file),
        ".npz" => NpzFile.Load(file),
        ".npy" => [new NamedArray(Path.GetFileNameWithoutExtension(file), NpyFile.Load(file))],
        _ => throw new EspalierException($"{file}: no format is known by that ending; .onnx, .safetensors, .npz and .npy are."),
    };

    private static int[] Sides(string option, string text)
    {
        string[] sides = text.Split('x');
        var lengths = new int[sides.Length];
        for (int i = 0; i < sides.Length; i++)
        {
            bool isLength = int.TryParse(sides[i], NumberStyles.None, CultureInfo.InvariantCulture, out lengths[i]) && lengths[i] > 0;
            if (!isLength)
            {
                throw new EspalierException($"{option}: '{text}' is no shape; write lengths with an x between, such as 1x28x28.");
            }
        }

        return lengths;
    }
}
