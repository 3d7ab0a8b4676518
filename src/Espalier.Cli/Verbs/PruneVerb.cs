using System.CommandLine;
using System.Globalization;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Inference;
using Espalier.Interchange;
using Espalier.Pruning;
using Espalier.Reporting;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Verbs;

/// <summary>Prunes a model and writes what is left.</summary>
internal sealed class PruneVerb : Verb
{
    private const int DefaultGradualEpochs = 20, DefaultRoundEpochs = 3, DefaultRounds = 8;

    private readonly DataArguments _data;
    private readonly ValidationArgument _validation;
    private readonly TrainingArguments _training;
    private readonly Option<double?> _keep = new("--keep")
    {
        Description = "Keep this fraction of all weights, such as 0.08.",
        HelpName = "X",
    };

    private readonly Option<int?> _weights = new("--weights") { Description = "Keep this number of weights.", HelpName = "N" };
    private readonly Option<double?> _rise = new("--max-rise")
    {
        Description = "Keep as few as can be while the validation error rises by at most so many points; in rounds.",
        HelpName = "POINTS",
    };

    private readonly Option<string> _method = new Option<string>("--method")
    {
        Description = "gradual: while training, in the first half of the epochs; rounds: prune, retrain, again; once: prune and leave it.",
        DefaultValueFactory = _ => "gradual",
    }.AcceptOnlyFromAmong("gradual", "rounds", "once");

    private readonly Option<int?> _rounds = new("--rounds")
    {
        Description = $"Rounds of --method rounds: {DefaultRounds} unless given.",
        HelpName = "N",
    };

    private readonly Option<string> _scope = new Option<string>("--scope")
    {
        Description = "Whether all weights compete, or those of each layer.",
        DefaultValueFactory = _ => "global",
    }
        .AcceptOnlyFromAmong("global", "layer");

    private readonly Option<string> _curve = new Option<string>("--curve")
    {
        Description = "How fast weights go; auto is cubic for gradual, exponential for rounds.",
        DefaultValueFactory = _ => "auto",
    }
        .AcceptOnlyFromAmong("auto", "onestep", "linear", "exponential", "cubic");

    private readonly Option<string?> _file = new("--out", "-o")
    {
        Description = "The model file to write; otherwise NAME.pruned.espalier beside the model.",
        HelpName = "MODEL",
    };

    private readonly Option<string?> _log = new("--log")
    {
        Description = "Write the whole log of the run into this JSON file.",
        HelpName = "FILE.json",
    };

    private readonly Option<string?> _picture = new("--picture")
    {
        Description = "Draw the pruned network into this SVG file.",
        HelpName = "FILE.svg",
    };

    public PruneVerb(Terminal terminal)
        : base("prune", "Remove weights from a model by magnitude, retrain the rest, and write what is left.", terminal,
            "espalier prune digits.espalier --data digits --keep 0.05",
            "espalier prune lenet.espalier --data mnist --keep 0.08 --epochs 40 --out lenet-8.espalier --log lenet-8.json",
            "espalier prune lenet.espalier --data mnist --max-rise 0.1",
            "espalier prune lenet.espalier --data mnist --weights 30000 --method once --scope layer")
    {
        Add(CommonOptions.Model);
        _data = new DataArguments(this, isRequired: true, "What the network was trained on");
        foreach (Option option in (Option[])[_keep, _weights, _rise, _method, _rounds, _scope, _curve]) Add(option);
        string epochs = $"{DefaultGradualEpochs} in all for gradual, {DefaultRoundEpochs} a round for rounds, unless given";
        _training = new TrainingArguments(this, epochs, rate: 1.5e-3);
        _validation = new ValidationArgument(this);
        foreach (Option option in (Option[])[_file, _log, _picture]) Add(option);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        string path = arguments.GetRequiredValue(CommonOptions.Model);
        PruningTarget target = Target(arguments);
        Network given = ModelFile.Load(path);
        string file = arguments.GetValue(_file) ?? Path.ChangeExtension(path, ".pruned.espalier");
        RequireFiles(path, file, arguments.GetValue(_log), arguments.GetValue(_picture));
        if (arguments.GetValue(_rounds) is not null && Method(arguments) != "rounds")
        {
            throw new EspalierException("--rounds is for --method rounds; name that method or leave it out.");
        }

        DataSplit split = _data.Load(arguments, given);
        (Dataset train, Dataset? validation) = _validation.SetAside(arguments, split);
        TrainableNetwork network = TrainableNetwork.FromNetwork(given, freezeZeros: true);
        LossKind loss = _training.Read(arguments, network.Layers[^1].Activation, train.Count, DefaultGradualEpochs).Loss;
        Evaluation testBefore = Evaluator.Evaluate(network, split.Test, loss);

        PruningLog log = Terminal.Track(
            "pruning", report => Prune(arguments, network, train, validation, target, new PruningMeter(report), cancel));
        Evaluation testAfter = Evaluator.Evaluate(network, split.Test, loss);
        Network pruned = ModelSamples.Attach(network.ToNetwork(), split.Test, Math.Max(1, given.Samples.Length));
        ModelFile.Save(file, pruned);
        if (arguments.GetValue(_log) is { } logFile) AtomicFile.WriteText(logFile, Terminal.ToJson(log) + "\n");
        if (arguments.GetValue(_picture) is { } picture) AtomicFile.WriteText(picture, NetworkPicture.ToSvg(pruned));
        if (WantsJson(arguments)) Terminal.WriteJson(new { model = file, testBefore, testAfter, log });
        else Print(file, log, testBefore, testAfter);
        return ExitCode.Success;
    }

    private PruningTarget Target(ParseResult arguments)
    {
        (double? keep, int? weights, double? rise) = (arguments.GetValue(_keep), arguments.GetValue(_weights), arguments.GetValue(_rise));
        return (keep, weights, rise) switch
        {
            ({ } fraction, null, null) => PruningTarget.Fraction(fraction),
            (null, { } count, null) => PruningTarget.Count(count),
            (null, null, { } points) => PruningTarget.ErrorRise(points),
            _ => throw new EspalierException("Say how far to prune by one of --keep, --weights and --max-rise."),
        };
    }

    private PruningLog Prune(
        ParseResult arguments, TrainableNetwork network, Dataset train, Dataset? validation,
        PruningTarget target, PruningMeter meter, CancellationToken cancel)
    {
        PruningScope scope = arguments.GetValue(_scope) == "layer" ? PruningScope.PerLayer : PruningScope.Global;
        Activation output = network.Layers[^1].Activation;
        string method = Method(arguments);
        if (method == "gradual")
        {
            TrainingOptions all = _training.Read(arguments, output, train.Count, DefaultGradualEpochs);
            if (all.Epochs < 2) throw new EspalierException("Gradual pruning needs at least 2 epochs: one to prune, one to fine-tune.");
            int half = all.Epochs / 2;
            return new GradualPruner(network, train, validation, new GradualPruningOptions
            {
                Scope = scope,
                Schedule = Curve(arguments, SparsitySchedule.Cubic),
                Training = all with { Epochs = half, LearningRate = LearningRateSchedule.Constant(all.LearningRate.Initial) },
                FineTuning = all with { Epochs = all.Epochs - half, Seed = all.Seed + 1 },
            }).Run(target, meter, cancel);
        }

        TrainingOptions retraining = _training.Read(arguments, output, train.Count, DefaultRoundEpochs);
        var options = new PruningOptions
        {
            Scope = scope,
            Schedule = Curve(arguments, SparsitySchedule.Exponential),
            Rounds = method == "once" ? 1 : arguments.GetValue(_rounds) ?? DefaultRounds,
            Retraining = method == "once" ? null : retraining,
        };
        return new Pruner(network, train, validation, retraining.Loss, options).Run(target, meter, cancel);
    }

    // An error rise can only be approached in rounds, so that these are what it means unless the user says otherwise.
    private string Method(ParseResult arguments)
    {
        bool isMethodOpen = arguments.GetResult(_method) is null or { Implicit: true };
        return isMethodOpen && arguments.GetValue(_rise) is not null ? "rounds" : arguments.GetRequiredValue(_method);
    }

    // The pruned model may take the place of the given one; a log or a picture there would destroy it.
    private static void RequireFiles(string model, string pruned, string? log, string? picture)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal) { Path.GetFullPath(model), Path.GetFullPath(pruned) };
        AtomicFile.RequireWritable(pruned);
        foreach (string? file in (string?[])[log, picture])
        {
            if (file is null) continue;
            AtomicFile.RequireWritable(file);
            if (!taken.Add(Path.GetFullPath(file)))
            {
                throw new EspalierException($"{file}: is named twice; give each file a name of its own.");
            }
        }
    }

    private SparsitySchedule Curve(ParseResult arguments, SparsitySchedule automatic) =>
        Enum.TryParse(arguments.GetValue(_curve), ignoreCase: true, out SparsitySchedule curve) ? curve : automatic;

    private void Print(string file, PruningLog log, Evaluation testBefore, Evaluation testAfter)
    {
        Terminal.Print($"{SummaryTable.Number(log.WeightsBefore)} weights pruned to {SummaryTable.Number(log.WeightsAfter)} " +
            $"({SummaryTable.Percent((double)log.WeightsAfter / log.WeightsBefore)}) in {log.Rounds.Count} rounds");
        foreach (LayerPruning layer in log.Rounds.LastOrDefault(round => !round.IsTakenBack)?.Layers ?? [])
        {
            Terminal.Print($"  {layer.Name}: {SummaryTable.Number(layer.After)} of {SummaryTable.Number(layer.All)}");
        }

        Terminal.Print($"{log.MeasuredOn}: {Text(log.Before)} before, {Text(log.After)} after");
        Terminal.Print($"test: {Text(testBefore)} before, {Text(testAfter)} after");
        Terminal.Print($"written to {file}");
    }

    private static string Text(Evaluation evaluation) => evaluation.ErrorPercent is double percent
        ? string.Create(CultureInfo.InvariantCulture, $"error {percent:0.00} %")
        : string.Create(CultureInfo.InvariantCulture, $"loss {evaluation.Loss:G4}");
}
