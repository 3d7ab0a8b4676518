using System.CommandLine;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Interchange;

namespace Espalier.Cli.Verbs;

/// <summary>Writes the generated C# of a model, for reading or for projects that do not run the source generator.</summary>
internal sealed class CompileVerb : Verb
{
    private readonly Option<string> _folder = new("--out", "-o")
    {
        Description = "Folder for the C# files; made when missing.",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => ".",
    };

    private readonly Option<string?> _className = new("--class")
    {
        Description = "Name of the class; otherwise the network's name.",
        HelpName = "NAME",
    };

    private readonly Option<string> _namespace = new("--namespace")
    {
        Description = "Namespace of the class; otherwise none.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<bool> _internal = new("--internal") { Description = "Make the class internal instead of public." };

    private readonly Option<bool> _plain = new("--plain")
    {
        Description = "Plain C# 7.3 for netstandard2.0: arrays, no intrinsics; for Unity, Mono, the .NET Framework and small devices.",
    };

    public CompileVerb(Terminal terminal)
        : base("compile", "Compile a model into C# files, the same that the source generator makes at build time.", terminal,
            "espalier compile digits.espalier --out Generated --namespace MyApp --class Digits")
    {
        Add(CommonOptions.Model);
        Add(_folder);
        Add(_className);
        Add(_namespace);
        Add(_internal);
        Add(_plain);
        Add(CommonOptions.Kernel);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        Network network = ModelFile.Load(arguments.GetRequiredValue(CommonOptions.Model));
        EmitOptions named = EmitOptions.For(network);
        string className = arguments.GetValue(_className) ?? named.ClassName;
        var options = new EmitOptions(className, arguments.GetRequiredValue(_namespace), !arguments.GetValue(_internal))
        {
            IsPlain = arguments.GetValue(_plain),
        };
        if (options.FindFault() is { } fault) throw new EspalierException($"{fault} Give another name with --class or --namespace.");
        var lowering = new LoweringOptions { Kernel = CommonOptions.KernelOf(arguments) };
        if (options.IsPlain) lowering = lowering with { Widths = VectorWidth.Scalar };
        if (options.IsPlain && CSharpEmitter.FindPlainFault(network) is { } plainFault)
        {
            throw new EspalierException($"{plainFault}: leave out --plain.");
        }

        LoweredNetwork lowered = LoweringPipeline.Run(network, lowering, cancel);
        EmittedFile[] files = [.. CSharpEmitter.Emit(lowered, options, cancel)];

        string folder = arguments.GetRequiredValue(_folder);
        OutputFolder.Make(folder);
        foreach (EmittedFile file in files) AtomicFile.WriteText(PathOf(file), file.Text);
        if (WantsJson(arguments))
        {
            Terminal.WriteJson(new { Files = files.Select(file => new { Path = PathOf(file), Bytes = file.Text.Length }) });
        }
        else
        {
            foreach (EmittedFile file in files) Terminal.Print($"{PathOf(file)}  {SummaryTable.Number(file.Text.Length)} bytes");
        }

        return ExitCode.Success;

        string PathOf(EmittedFile file) => Path.Combine(folder, file.HintName);
    }
}
