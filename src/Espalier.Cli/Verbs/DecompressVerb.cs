using System.CommandLine;
using Espalier.Compilation.Model;
using Espalier.Compression;
using Espalier.Inference;
using Espalier.Interchange;

namespace Espalier.Cli.Verbs;

/// <summary>Makes a model file of a compressed model.</summary>
internal sealed class DecompressVerb : Verb
{
    private const int SampleCount = 4;

    private readonly DataArguments _data;
    private readonly Argument<string> _compressed = new("compressed") { Description = "The .espz file.", HelpName = "FILE.espz" };
    private readonly Option<string?> _file = new("--out", "-o")
    {
        Description = "The model file to write; otherwise NAME.decompressed.espalier beside the compressed one.",
        HelpName = "MODEL",
    };

    public DecompressVerb(Terminal terminal)
        : base("decompress", "Make an .espalier model of a compressed one, the same to the bit.", terminal,
            "espalier decompress digits.espz",
            "espalier decompress digits.espz --data digits --out digits-small.espalier")
    {
        Add(_compressed);
        _data = new DataArguments(this, isRequired: false, $"Put {SampleCount} test samples into the model, which compressing left out");
        Add(_file);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        string path = arguments.GetRequiredValue(_compressed);
        string file = arguments.GetValue(_file) ?? Path.ChangeExtension(path, ".decompressed.espalier");
        AtomicFile.RequireWritable(file);
        Network network = CompressedModel.Load(path);
        if (_data.Name(arguments) is not null)
        {
            network = ModelSamples.Attach(network, _data.Load(arguments, network).Test, SampleCount);
        }

        ModelFile.Save(file, network);
        if (WantsJson(arguments)) Terminal.WriteJson(new { model = file, network = network.Name, weights = network.WeightCount });
        else Terminal.Print($"{network.Name}: {SummaryTable.Number(network.WeightCount)} weights, written to {file}");
        return ExitCode.Success;
    }
}
