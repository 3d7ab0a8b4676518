using System.CommandLine;
using System.Globalization;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Inference;
using Espalier.Interchange;

namespace Espalier.Cli.Verbs;

/// <summary>Compiles a model in memory and holds the compiled code against the reference interpreter.</summary>
internal sealed class VerifyVerb : Verb
{
    private readonly DataArguments _data;
    private readonly Option<string?> _onnx = new("--onnx")
    {
        Description = "Also compare with this ONNX model, imported, and in ONNX Runtime where it is installed.",
        HelpName = "FILE.onnx",
    };

    public VerifyVerb(Terminal terminal)
        : base("verify", "Compile a model and check the generated code, for each register width and layer, against the reference "
            + "interpreter, and against ONNX Runtime where it is installed.", terminal,
            "espalier verify digits.espalier", "espalier verify lenet.espalier --data mnist --json",
            "espalier verify lenet.espalier --onnx lenet.onnx")
    {
        Add(CommonOptions.Model);
        Add(CommonOptions.Kernel);
        Add(_onnx);
        _data = new DataArguments(this, isRequired: false, "Also classify every test sample of this set both ways");
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        Network network = ModelFile.Load(arguments.GetRequiredValue(CommonOptions.Model));
        Dataset? test = _data.Name(arguments) is null ? null : _data.Load(arguments, network).Test;
        var options = new CompileOptions { Lowering = new LoweringOptions { Kernel = CommonOptions.KernelOf(arguments) } };
        using CompiledNetwork compiled = CompiledNetwork.Compile(network, options, cancel);
        VerificationResult result = NetworkVerifier.Verify(network, compiled, arguments.GetValue(CommonOptions.Seed));
        AnswerComparison? answers = test is null ? null : NetworkVerifier.CompareAnswers(network, compiled, test, cancel);
        IReadOnlyList<ReferenceDeviation> references =
            VerifyReferences.Compare(network, compiled, arguments.GetValue(_onnx), arguments.GetValue(CommonOptions.Seed), Terminal.Say);
        bool passed = result.Passed && answers is not { Passed: false } && references.All(reference => reference.Holds);
        if (WantsJson(arguments)) WriteJson(result, references, answers, passed);
        else WriteText(network, result, references, answers, passed);
        return passed ? ExitCode.Success : ExitCode.BarMissed;
    }

    private void WriteJson(
        VerificationResult result, IReadOnlyList<ReferenceDeviation> references, AnswerComparison? answers,
        bool passed) => Terminal.WriteJson(new
    {
        passed,
        widths = result.Widths.Select(Fields),
        batch = Fields(result.Batch),
        result.FromGiven,
        references = references.Select(reference => new
        {
            reference.Name,
            reference.Deviation.MaxAbs,
            reference.Deviation.MaxRel,
            reference.Deviation.MaxUlp,
            reference.Deviation.BitEqual,
        }),
        samples = result.SampleCount,
        result.SamplesHold,
        answers = answers is null ? null : new { answers.Same, answers.CloseCalls, answers.Count },
    });

    private static object Fields(CodeVerification code) => new
    {
        code.Name,
        code.Deviation.MaxAbs,
        code.Deviation.MaxRel,
        code.Deviation.MaxUlp,
        code.Deviation.BitEqual,
        code.BoundShare,
        layers = code.Layers.Select(Fields),
    };

    private void WriteText(
        Network network, VerificationResult result, IReadOnlyList<ReferenceDeviation> references, AnswerComparison? answers, bool passed)
    {
        Terminal.Print($"{network.Name}: generated code against the reference interpreter");
        foreach (CodeVerification code in (CodeVerification[])[.. result.Widths, result.Batch])
        {
            PrintCode($"  {code.Name + " code, all inputs:",-34}", code);
            foreach (CodeVerification layer in code.Layers) PrintCode($"    {layer.Name + ":",-32}", layer);
        }

        Terminal.Print($"  network as given, ordinary inputs: {Text(result.FromGiven)}");
        foreach (ReferenceDeviation reference in references)
        {
            Terminal.Print($"  {reference.Name + ":",-34} {Text(reference.Deviation)}{(reference.Holds ? "" : ": FAIL")}");
        }

        string samples = result.SamplesHold ? "hold" : "FAIL";
        string largest = result.LargestSampleError.ToString("G3", CultureInfo.InvariantCulture);
        Terminal.Print($"  its own {result.SampleCount} samples: {samples}, largest error {largest}");
        if (answers is not null)
        {
            string closeCalls = answers.CloseCalls == 0 ? "" : $", {answers.CloseCalls:#,0} apart by rounding alone";
            Terminal.Print($"  test samples answered alike: {answers.Same:#,0} of {answers.Count:#,0}{closeCalls}");
        }

        Terminal.Print(passed ? "passed" : "FAILED");
    }

    private void PrintCode(string what, CodeVerification code)
    {
        string share = code.Deviation.BitEqual && code.Holds
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"; {100 * code.BoundShare:0.000} % of its bound");
        Terminal.Print($"{what} {Text(code.Deviation)}{share}{(code.Holds ? "" : ": FAIL")}");
    }

    private static string Text(Deviation deviation) => deviation.BitEqual
        ? "equal bit for bit"
        : FormattableString.Invariant($"max abs {deviation.MaxAbs:G3}, max rel {deviation.MaxRel:G3}, max ULP {deviation.MaxUlp}");
}
