using System.CommandLine;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Interchange;
using Espalier.Reporting;

namespace Espalier.Cli.Verbs;

/// <summary>Shows what a model is and what compiling makes of it.</summary>
internal sealed class InspectVerb : Verb
{
    private readonly Option<string?> _picture = new("--picture")
    {
        Description = "Also draw the network into this SVG file.",
        HelpName = "FILE.svg",
    };

    private readonly Option<bool> _machineCode = new("--machine-code")
    {
        Description = "Also compile the model here and state how many bytes of machine code the JIT makes of each layer.",
    };

    public InspectVerb(Terminal terminal)
        : base("inspect", "Show a model's layers, and for each the kernel, estimated time and bytes of its compiled form.", terminal,
            "espalier inspect digits.espalier",
            "espalier inspect digits.espalier --picture digits.svg --json",
            "espalier inspect digits.espalier --machine-code")
    {
        Add(CommonOptions.Model);
        Add(_picture);
        Add(_machineCode);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        Network network = ModelFile.Load(arguments.GetRequiredValue(CommonOptions.Model));
        ModelSummary summary = ModelSummary.Of(network, LoweringPipeline.Run(network, cancellationToken: cancel)).WithDenseTime(network);
        if (arguments.GetValue(_machineCode))
        {
            using CompiledNetwork compiled = CompiledNetwork.Compile(network, cancellationToken: cancel);
            summary = summary.WithMachineCode(compiled);
        }

        if (arguments.GetValue(_picture) is { } picture) AtomicFile.WriteText(picture, NetworkPicture.ToSvg(network));
        if (WantsJson(arguments)) Terminal.WriteJson(summary);
        else SummaryTable.Write(Terminal, summary);
        return ExitCode.Success;
    }
}
