using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Inference;
using Espalier.Inference.Baselines;
using Espalier.Pruning;
using Espalier.Reporting;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Verbs;

/// <summary>The whole path on built-in data in under a minute: train, prune, compile, verify, time, and show.</summary>
internal sealed class DemoVerb : Verb
{
    private const double KeptFraction = 0.05;
    private const int TrainingEpochs = 12, PruningEpochs = 12, FineTuningEpochs = 12;
    private static readonly int[] s_widths = [300, 100, 10];

    private readonly Option<string> _folder = new("--out", "-o")
    {
        Description = "Folder for the model, the C# files and the report; made when missing.",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => "espalier-demo",
    };

    private readonly SecondsArgument _seconds;

    public DemoVerb(Terminal terminal)
        : base("demo", "Train, prune, compile, verify and time a network on built-in drawn digits, in under a minute.", terminal,
            "espalier demo", "espalier demo --out /tmp/demo --seed 7")
    {
        Add(_folder);
        _seconds = new SecondsArgument(this, unlessGiven: 5);
        Add(CommonOptions.Seed);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        string folder = arguments.GetRequiredValue(_folder);
        TimeSpan budget = _seconds.Read(arguments);
        OutputFolder.Make(folder);
        ulong seed = arguments.GetValue(CommonOptions.Seed);
        var watch = Stopwatch.StartNew();

        Say(arguments, "drawing digits: 10,000 to train, 2,000 to test");
        DataSplit digits = RunOrLeave(() => new DataCatalog("").Load("digits", new DataOptions { Seed = seed }), cancel);
        (Dataset train, Dataset validation) = DatasetSplitter.CarveValidation(digits.Train, 0.1, seed);
        var network = TrainableNetwork.Perceptron("Digits", train.InputShape, s_widths, Activation.Relu, Activation.Softmax, seed);

        Say(arguments, $"training {train.InputShape.Length}-{string.Join('-', s_widths)}: {Number(network.WeightCount)} weights");
        var trainer = new Trainer(network, train, validation, Recipe(seed, TrainingEpochs));
        Terminal.Track("training", report => trainer.Run(new TrainingMeter(report), cancel));
        Evaluation dense = Evaluate(network, digits.Test);

        string kept = KeptFraction.ToString("0 %", CultureInfo.InvariantCulture);
        Say(arguments, $"dense test error {Percent(dense)}; pruning to {kept} of the weights");
        var pruner = new GradualPruner(network, train, validation, new GradualPruningOptions
        {
            Training = Recipe(seed + 1, PruningEpochs) with { LearningRate = LearningRateSchedule.Constant(1.5e-3) },
            FineTuning = Recipe(seed + 2, FineTuningEpochs),
        });
        var target = PruningTarget.Fraction(KeptFraction);
        PruningLog log = Terminal.Track("pruning", report => pruner.Run(target, new PruningMeter(report), cancel));
        Evaluation pruned = Evaluate(network, digits.Test);

        Say(arguments, $"pruned test error {Percent(pruned)}; compiling {Number(network.LiveWeightCount)} weights into C#");
        Network model = ModelSamples.Attach(network.ToNetwork(), digits.Test, 4);
        using CompiledNetwork compiled = CompiledNetwork.Compile(model, cancellationToken: cancel);
        VerificationResult verification = NetworkVerifier.Verify(model, compiled, seed);

        Say(arguments, "timing the generated code against its baselines");
        MathNet.Numerics.Control.UseSingleThread();
        var timing = new BenchmarkOptions { Budget = budget };
        BenchmarkReport times = RunOrLeave(
            () => BenchmarkSuite.Run(model, Contenders.All(model), digits.Test.Inputs, timing), cancel);

        ModelSummary summary = ModelSummary.Of(model, compiled.Lowered);
        var result = new DemoResult(model, dense, pruned, log, summary, compiled.Files, verification, times);
        DemoFiles files = DemoFiles.Write(folder, result);
        if (WantsJson(arguments)) WriteJson(result, files, watch.Elapsed);
        else Print(result, files, watch.Elapsed);
        return verification.Passed ? ExitCode.Success : ExitCode.BarMissed;
    }

    private static TrainingOptions Recipe(ulong seed, int epochs) => new()
    {
        Epochs = epochs,
        BatchSize = 64,
        Seed = seed,
        LearningRate = LearningRateSchedule.Linear(1.5e-3, 1e-5),
        Optimizer = new OptimizerOptions(OptimizerKind.Adam) { WeightDecay = 1e-4 },
    };

    private static Evaluation Evaluate(TrainableNetwork network, Dataset test) =>
        Evaluator.Evaluate(network, test, LossKind.CategoricalCrossEntropy);

    private static string Number(double value) => SummaryTable.Number(value);

    private static string Percent(Evaluation evaluation) =>
        evaluation.ErrorPercent!.Value.ToString("0.00", CultureInfo.InvariantCulture) + " %";

    // The running commentary is for people: with --json it goes to standard error.
    private void Say(ParseResult arguments, string line)
    {
        if (WantsJson(arguments)) Terminal.Say(line);
        else Terminal.Print(line);
    }

    private void WriteJson(DemoResult result, DemoFiles files, TimeSpan elapsed) => Terminal.WriteJson(new
    {
        result.Verification.Passed,
        result.Dense,
        result.Pruned,
        weights = result.Log.WeightsBefore,
        nonZeros = result.Log.WeightsAfter,
        result.Summary.DenseBytes,
        result.Summary.CompiledBytes,
        result.Times.Processor,
        contenders = result.Times.Results,
        files,
        seconds = elapsed.TotalSeconds,
    });

    private void Print(DemoResult result, DemoFiles files, TimeSpan elapsed)
    {
        Terminal.Print("");
        SummaryTable.Write(Terminal, result.Summary);
        Terminal.Print("");
        BenchmarkTable.Write(Terminal, result.Times);
        string verdict = result.Verification.Passed ? "passed" : "FAILED";
        Terminal.Print($"generated code against the reference interpreter: {verdict}");
        Terminal.Print("");
        PrintRow("", "test error", "weights", "bytes");
        PrintRow("dense", Percent(result.Dense), Number(result.Log.WeightsBefore), Number(result.Summary.DenseBytes));
        PrintRow("pruned", Percent(result.Pruned), Number(result.Log.WeightsAfter), Number(result.Summary.CompiledBytes));
        Terminal.Print("");
        Terminal.Print($"model    {files.Model}");
        foreach (string source in files.Sources) Terminal.Print($"C#       {source}");
        Terminal.Print($"picture  {files.Picture}");
        Terminal.Print($"report   {files.Report}");
        Terminal.Print(string.Create(CultureInfo.InvariantCulture, $"done in {elapsed.TotalSeconds:0} s"));
    }

    private void PrintRow(string network, string error, string weights, string bytes) =>
        Terminal.Print($"{network,-10}{error,12}{weights,12}{bytes,12}");
}
