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

    public VerifyVerb(Terminal terminal)
        : base("verify", "Compile a model and check the generated code against the reference interpreter, bit for bit.", terminal,
            "espalier verify digits.espalier", "espalier verify lenet.espalier --data mnist --json")
    {
        Add(CommonOptions.Model);
        Add(CommonOptions.Kernel);
        _data = new DataArguments(this, isRequired: false, "Also classify every test sample of this set both ways");
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        Network network = ModelFile.Load(arguments.GetRequiredValue(CommonOptions.Model));
        Dataset? test = _data.Name(arguments) is null ? null : _data.Load(arguments, network).Test;
        var options = new CompileOptions { Lowering = new LoweringOptions { Kernel = CommonOptions.KernelOf(arguments) } };
        using CompiledNetwork compiled = CompiledNetwork.Compile(network, options, cancel);
        VerificationResult result = NetworkVerifier.Verify(network, compiled, arguments.GetValue(CommonOptions.Seed));
        (int Same, int Count)? answers = test is null ? null : (CountSameAnswers(network, compiled, test, cancel), test.Count);
        bool passed = result.Passed && (answers is not { } both || both.Same == both.Count);
        if (WantsJson(arguments)) WriteJson(result, answers, passed);
        else WriteText(network, result, answers, passed);
        return passed ? ExitCode.Success : ExitCode.BarMissed;
    }

    private static int CountSameAnswers(Network network, CompiledNetwork compiled, Dataset test, CancellationToken cancel)
    {
        var interpreter = new ReferenceInterpreter(network);
        int same = 0;
        for (int i = 0; i < test.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            if (compiled.Classify(test.Input(i)) == interpreter.Classify(test.Input(i))) same++;
        }

        return same;
    }

    private void WriteJson(VerificationResult result, (int Same, int Count)? answers, bool passed)
    {
        Deviation scalar = result.FromLowered;
        Terminal.WriteJson(new
        {
            passed,
            widths = new[] { new { name = "scalar", scalar.MaxAbs, scalar.MaxRel, scalar.MaxUlp, scalar.BitEqual } },
            result.FromGiven,
            samples = result.SampleCount,
            result.SamplesHold,
            answers = answers is { } both ? new { same = both.Same, count = both.Count } : null,
        });
    }

    private void WriteText(Network network, VerificationResult result, (int Same, int Count)? answers, bool passed)
    {
        Terminal.Print($"{network.Name}: generated code against the reference interpreter");
        Terminal.Print($"  lowered network, all inputs:       {Text(result.FromLowered)}");
        Terminal.Print($"  network as given, ordinary inputs: {Text(result.FromGiven)}");
        string samples = result.SamplesHold ? "hold" : "FAIL";
        string largest = result.LargestSampleError.ToString("G3", CultureInfo.InvariantCulture);
        Terminal.Print($"  its own {result.SampleCount} samples: {samples}, largest error {largest}");
        if (answers is { } both) Terminal.Print($"  test samples answered alike: {both.Same:#,0} of {both.Count:#,0}");
        Terminal.Print(passed ? "passed" : "FAILED");
    }

    private static string Text(Deviation deviation) => deviation.BitEqual
        ? "equal bit for bit"
        : FormattableString.Invariant($"max abs {deviation.MaxAbs:G3}, max rel {deviation.MaxRel:G3}, max ULP {deviation.MaxUlp}");
}
