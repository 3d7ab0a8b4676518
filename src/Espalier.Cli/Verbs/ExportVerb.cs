using System.CommandLine;
using Espalier.Compilation.Model;
using Espalier.Interchange;

namespace Espalier.Cli.Verbs;

/// <summary>Writes a model for other tools.</summary>
internal sealed class ExportVerb : Verb
{
    private readonly Option<string> _file = new("--out", "-o")
    {
        Description = "What to write: .onnx for ONNX Runtime, PyTorch and others; .safetensors for PyTorch's load_state_dict; "
            + ".npz for NumPy; a folder for one .npy a weight array.",
        HelpName = "FILE|FOLDER",
        Required = true,
    };

    public ExportVerb(Terminal terminal)
        : base("export", "Write a model for other tools: ONNX, safetensors, NumPy. Weights that were pruned are written as zeros.",
            terminal,
            "espalier export digits.espalier -o digits.onnx",
            "espalier export digits.pruned.espalier -o digits.safetensors",
            "espalier export digits.espalier -o weights/")
    {
        Add(CommonOptions.Model);
        Add(_file);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        Network network = ModelFile.Load(arguments.GetRequiredValue(CommonOptions.Model));
        string file = arguments.GetRequiredValue(_file);
        string format = Write(network, file);
        if (WantsJson(arguments))
        {
            Terminal.WriteJson(new
            {
                file,
                format,
                network = network.Name,
                layers = network.Layers.Length,
                weights = network.WeightCount,
            });
        }
        else
        {
            Terminal.Print($"{network.Name}: {SummaryTable.Number(network.WeightCount)} weights, written to {file} as {format}");
        }

        return ExitCode.Success;
    }

    private static string Write(Network network, string file)
    {
        switch (Path.GetExtension(file))
        {
            case ".onnx":
                byte[] model = ToOnnx(network);
                AtomicFile.Write(file, stream => stream.Write(model));
                return "onnx";
            case ".safetensors":
                SafetensorsFile.Save(file, NetworkWeights.Of(network));
                return "safetensors";
            case ".npz":
                NpzFile.Save(file, NetworkWeights.Of(network));
                return "npz";
            case "":
                OutputFolder.Make(file);
                foreach (NamedArray one in NetworkWeights.Of(network)) NpyFile.Save(Path.Combine(file, one.Name + ".npy"), one.Array);
                return "npy";
            default:
                throw new EspalierException(
                    $"{file}: no format is known by that ending; name a file .onnx, .safetensors or .npz, or a folder.");
        }
    }

    private static byte[] ToOnnx(Network network)
    {
        try
        {
            return OnnxExport.ToBytes(network);
        }
        catch (NotSupportedException error)
        {
            throw new EspalierException(error.Message, error);
        }
    }
}
