using System.CommandLine;
using Espalier.Cli.Pruning;
using Espalier.Cli.Sweeping;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Inference.Baselines;
using Espalier.Interchange;
using Espalier.Training;

namespace Espalier.Cli.Verbs;

/// <summary>Prunes a model in many ways, compiles and times each result, and draws the frontier of error against nanoseconds.</summary>
internal sealed class SweepVerb : Verb
{
    private const int DefaultEpochs = 20, QuickSamples = 1500, QuickEpochs = 2, Passes = 5;
    private const string TableName = "README.md", ResultName = "result.json";

    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(300), s_quickTurn = TimeSpan.FromMilliseconds(20);

    private readonly DataArguments _data;
    private readonly SweepArguments _sweep;
    private readonly ValidationArgument _validation;
    private readonly TrainingArguments _training;
    private readonly Option<int> _batch = new("--timed-batch")
    {
        Description = "Samples a call of the batch that is timed beside the single sample.",
        HelpName = "N",
        DefaultValueFactory = _ => 256,
    };

    private readonly PartArguments _parts;

    public SweepVerb(Terminal terminal)
        : base("sweep", "Prune a model by every combination of criteria, patterns and fractions, compile and time each result, and draw "
            + "the frontier of error against nanoseconds. The validation part chooses the best; the test part is reported.", terminal,
            "espalier sweep lenet.espalier --data mnist --out frontier",
            "espalier sweep lenet.espalier --data mnist --criteria magnitude,obd --patterns weights,of32 --keep 0.08,0.04 --epochs 30",
            "espalier sweep lenet.espalier --data mnist --quick")
    {
        Names = [CriterionArguments.List];
        Add(CommonOptions.Model);
        _data = new DataArguments(this, isRequired: true, "What the network was trained on");
        _sweep = new SweepArguments(this);
        _training = new TrainingArguments(
            this, $"{DefaultEpochs} a network unless given, half of them while weights go, or all rounds together", rate: 1.5e-3);
        _validation = new ValidationArgument(this);
        Add(_batch);
        _parts = new PartArguments(this, unlessGiven: "sweep");
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        (IReadOnlyList<SweepCandidate> candidates, IReadOnlyList<string> leftOut) = _sweep.Read(arguments);
        string folder = _parts.Root(arguments);
        Network given = ModelFile.Load(arguments.GetRequiredValue(CommonOptions.Model));
        TrainableNetwork dense = TrainableNetwork.FromNetwork(given);
        foreach (SweepCandidate candidate in candidates) candidate.Pattern.RequireFit(dense);
        DataSplit split = _data.Load(arguments, given);
        int batch = arguments.GetValue(_batch);
        if (batch < 2 || batch > split.Test.Count)
        {
            throw new EspalierException($"--timed-batch {batch}: give 2 to {split.Test.Count}, the test samples of {split.Test.Name}.");
        }

        if (leftOut.Count > 0) Terminal.Say($"left out, since the criterion cannot follow the pattern: {string.Join(", ", leftOut)}");
        _parts.RemoveIfUnwanted(arguments, folder);
        SweepWork work = Prepare(arguments, given, split, new PartFolder(folder, cancel));
        SweepTiming timing = _parts.IsQuick(arguments)
            ? new SweepTiming(split.Test.Inputs, batch, Passes: 1, s_quickTurn)
            : new SweepTiming(split.Test.Inputs, batch, Passes, s_turn);
        IReadOnlyList<SweepPoint> points = Terminal.Track("sweep", report => Measure(work, candidates, split.Test, timing, report, cancel));
        var result = new SweepResult(
            given.Name, _data.Name(arguments)!, Processor.Name, batch, split.Train.IsClassification, SweepPoint.Mark(points));
        Write(folder, result);
        if (WantsJson(arguments)) Terminal.WriteJson(result);
        else Terminal.Print($"{result.ToText()}tables and plots: {Path.Combine(folder, TableName)}");
        return ExitCode.Success;
    }

    private SweepWork Prepare(ParseResult arguments, Network given, DataSplit split, PartFolder parts)
    {
        (Dataset train, Dataset? validation) = _validation.SetAside(arguments, split);
        if (validation is null)
        {
            throw new EspalierException("A sweep chooses the best on a validation part; give --validation more than 0.");
        }

        bool isQuick = _parts.IsQuick(arguments);
        if (isQuick) train = train.Slice(train.Name, 0, Math.Min(train.Count, QuickSamples));
        TrainingOptions training = _training.Read(
            arguments, given.OutputActivation, train.Count, DefaultEpochs);
        if (isQuick) training = training with { Epochs = QuickEpochs };
        return new SweepWork(parts, given, train, validation, training);
    }

    // Everything is made before anything is timed: the times are of one run, whatever the parts came from.
    private static IReadOnlyList<SweepPoint> Measure(
        SweepWork work, IReadOnlyList<SweepCandidate> candidates, Dataset test, SweepTiming timing, Action<double, string> report,
        CancellationToken cancel)
    {
        const double UntilCompiling = 0.8, UntilTiming = 0.85, UntilBatch = 0.92;
        var networks = new List<Network> { work.Given };
        for (int i = 0; i < candidates.Count; i++)
        {
            int done = i;
            networks.Add(work.Make(candidates[i], (part, text) =>
                report(UntilCompiling * (done + part) / candidates.Count, $"{candidates[done].Name}, {text}"), cancel));
        }

        using var timer = new SweepTimer(networks, part => report(Between(UntilCompiling, UntilTiming, part), "compiling"), cancel);
        double[] one = timer.Measure(
            timing with { Batch = 1 }, part => report(Between(UntilTiming, UntilBatch, part), "timing one sample"), cancel);
        double[] many = timer.Measure(timing, part => report(Between(UntilBatch, 1, part), "timing a batch"), cancel);
        return [.. networks.Select((network, i) => work.Point(i == 0 ? null : candidates[i - 1], network, test, one[i], many[i]))];

        static double Between(double from, double to, double part) => from + (to - from) * part;
    }

    private static void Write(string folder, SweepResult result)
    {
        AtomicFile.WriteText(Path.Combine(folder, SweepResult.OneChart + ".svg"), result.OneSvg());
        AtomicFile.WriteText(Path.Combine(folder, SweepResult.BatchChart + ".svg"), result.BatchSvg());
        AtomicFile.WriteText(Path.Combine(folder, TableName), result.ToMarkdown());
        AtomicFile.WriteText(Path.Combine(folder, ResultName), Terminal.ToJson(result) + "\n");
    }
}
