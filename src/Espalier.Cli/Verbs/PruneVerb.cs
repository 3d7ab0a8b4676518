using System.CommandLine;
using Espalier.Cli.Pruning;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Inference;
using Espalier.Interchange;
using Espalier.Pruning;
using Espalier.Pruning.Allocation;
using Espalier.Pruning.Patterns;
using Espalier.Pruning.Sessions;
using Espalier.Reporting;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Cli.Verbs;

/// <summary>Prunes a model and writes what is left.</summary>
internal sealed class PruneVerb : Verb
{
    private const int DefaultGradualEpochs = 20, DefaultRoundEpochs = 3;

    private readonly Argument<string?> _model = new("model")
    {
        Description = "The .espalier model file; with --resume, that of the session.",
        HelpName = "MODEL",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly DataArguments _data;
    private readonly ValidationArgument _validation;
    private readonly TrainingArguments _training;
    private readonly TargetArguments _target;
    private readonly MethodArguments _method;
    private readonly CriterionArguments _criterion;
    private readonly PatternArguments _pattern;
    private readonly AllocationArgument _allocation;
    private readonly SessionArguments _session;
    private readonly PruningFiles _files;

    public PruneVerb(Terminal terminal)
        : base("prune", "Remove weights from a model, retrain the rest, and write what is left.", terminal,
            "espalier prune digits.espalier --data digits --keep 0.05",
            "espalier prune lenet.espalier --data mnist --keep 0.08 --epochs 40 --out lenet-8.espalier --log lenet-8.json",
            "espalier prune lenet.espalier --data mnist --pattern of32 --keep 0.035 --epochs 40 --out lenet-of32.espalier",
            "espalier prune lenet.espalier --data mnist --pattern 2of32",
            "espalier prune lenet.espalier --data mnist --max-rise 0.1 --session run1",
            "espalier prune --resume run1 --from-round 3",
            "espalier prune lenet.espalier --data mnist --budget-bytes 60000 --method rounds --allocation scan",
            "espalier prune lenet.espalier --data mnist --allocation 6.7,20,65 --method once",
            "espalier prune digits.espalier --data digits --interactive --session run2")
    {
        Names = CriterionArguments.List;
        Add(_model);
        _data = new DataArguments(this, isRequired: false, "What the network was trained on");
        _target = new TargetArguments(this);
        _method = new MethodArguments(this);
        _criterion = new CriterionArguments(this);
        _pattern = new PatternArguments(this);
        _allocation = new AllocationArgument(this);
        _session = new SessionArguments(this);
        string epochs = $"{DefaultGradualEpochs} in all for gradual, {DefaultRoundEpochs} a round for rounds, unless given";
        _training = new TrainingArguments(this, epochs, rate: 1.5e-3);
        _validation = new ValidationArgument(this);
        _files = new PruningFiles(this, "the loss against the weights left, predicted and actual,");
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        arguments = _session.Complete(this, arguments, [_target.Options, _method.Options, [_criterion.ScopeOption, _allocation.Option]]);
        string path = arguments.GetValue(_model)
            ?? throw new EspalierException("Required argument missing: MODEL, the model file to prune.");
        if (_data.Name(arguments) is null) throw new EspalierException("Option '--data' is required: what the network was trained on.");
        PruningChoices choices = Choose(arguments);
        Network given = ModelFile.Load(path);
        _files.RequireWritable(arguments, path);
        DataSplit split = _data.Load(arguments, given);
        (Dataset train, Dataset? validation) = _validation.SetAside(arguments, split);
        TrainableNetwork network = TrainableNetwork.FromNetwork(given, freezeZeros: true);
        int epochs = choices.IsGradual ? DefaultGradualEpochs : DefaultRoundEpochs;
        TrainingOptions training = _training.Read(arguments, network.Layers[^1].Activation, train.Count, epochs);
        Evaluation testBefore = Evaluator.Evaluate(network, split.Test, training.Loss);

        PruningOutcome outcome;
        if (choices.IsGradual)
        {
            outcome = RunGradual(arguments, choices, new GradualPruningParts(network, train, validation, training), cancel);
        }
        else
        {
            PruningSession session = Begin(arguments, network, train, validation, training.Loss);
            if (choices.IsInteractive) session.LayOut(choices.Pattern, choices.Criterion, cancel);
            void Save(string file) => ModelFile.Save(file, Model(session.Context.Layout?.OrderUnits(session.Network) ?? session.Network));
            outcome = choices.IsInteractive
                ? new InteractivePruning(Terminal, session, choices, training, _session.Folder(arguments), Save)
                    .Run(_files.Model(arguments, path), toError: WantsJson(arguments), cancel)
                : RunRounds(arguments, choices, session, training, cancel);
        }

        TrainableNetwork pruned = outcome.Ordered;
        Network model = Model(pruned);
        _files.Write(arguments, path, model, outcome.Log, PruningLogChart.ToSvg);
        var report = new PruningReport(
            _files.Model(arguments, path), outcome, testBefore, Evaluator.Evaluate(pruned, split.Test, training.Loss));
        if (WantsJson(arguments)) report.WriteJson(Terminal);
        else report.Print(Terminal);
        return outcome.WasInterrupted ? ExitCode.Interrupted : ExitCode.Success;

        Network Model(TrainableNetwork left) =>
            ModelSamples.Attach(left.ToNetwork(), split.Test, Math.Max(1, given.Samples.Length));
    }

    private PruningChoices Choose(ParseResult arguments)
    {
        PruningPattern pattern = _pattern.Read(arguments);
        PruningTarget? target = PatternArguments.Target(pattern, _target.Read(arguments));
        PruningCriterion criterion = _criterion.Criterion(arguments);
        LayerAllocation? allocation = _allocation.Read(arguments, isPricedInBytes: _target.IsBytes(arguments));
        bool isKept = _session.Folder(arguments) is not null;
        bool needsRounds = _target.IsErrorRise(arguments) || allocation is not null || isKept || criterion is not ScoreCriterion;
        var choices = new PruningChoices(
            _method.Read(arguments, needsRounds), target, criterion, pattern, _criterion.Scope(arguments), allocation);
        choices.RequireConsistent(isKept);
        return allocation is not null && arguments.GetResult(_criterion.ScopeOption) is { Implicit: false }
            ? throw new EspalierException("--scope and --allocation both say which weights compete; give one.")
            : choices;
    }

    private PruningSession Begin(ParseResult arguments, TrainableNetwork network, Dataset train, Dataset? validation, LossKind loss)
    {
        string? folder = _session.Folder(arguments);
        PruningSession session = _session.IsResumed(arguments)
            ? PruningSession.Load(folder!, train, validation, _session.Round(arguments))
            : new PruningSession(network, train, validation, loss);
        session.Recipe = _session.Recipe(arguments);
        if (folder is not null) session.Save(folder);
        return session;
    }

    private PruningOutcome RunRounds(
        ParseResult arguments, PruningChoices choices, PruningSession session, TrainingOptions training, CancellationToken cancel)
    {
        string? folder = _session.Folder(arguments);
        PruningOptions options = choices.InRounds(
            _method.RoundCount(arguments, choices.Method), choices.Method == MethodArguments.Once ? null : training,
            _method.Curve(arguments, SparsitySchedule.Exponential)) with
        {
            SessionFolder = folder,
        };
        PruningTarget target = choices.Target ?? PruningTarget.Count(((FractionAllocation)choices.Allocation!).CountFor(session.Network));
        var pruner = new Pruner(session, options);
        try
        {
            PruningLog log = Terminal.Track("pruning", report => pruner.Run(target, new PruningMeter(report), cancel));
            return new PruningOutcome(session.Network, log, WasInterrupted: false) { Layout = session.Context.Layout };
        }
        catch (OperationCanceledException) when (folder is not null)
        {
            Terminal.Say($"{session.Rounds.Count} finished rounds are kept; go on with: espalier prune --resume {folder}");
            throw;
        }
    }

    private PruningOutcome RunGradual(ParseResult arguments, PruningChoices choices, GradualPruningParts parts, CancellationToken cancel)
    {
        GradualPruningOptions options = choices.Gradual(parts.Training, _method.Curve(arguments, SparsitySchedule.Cubic));
        var pruner = new GradualPruner(parts.Network, parts.Train, parts.Validation, options);
        PruningLog log = Terminal.Track("pruning", report => pruner.Run(choices.Target!, new PruningMeter(report), cancel));
        return new PruningOutcome(parts.Network, log, WasInterrupted: false) { Layout = pruner.Layout };
    }

    /// <summary>What gradual pruning works on.</summary>
    private sealed record GradualPruningParts(TrainableNetwork Network, Dataset Train, Dataset? Validation, TrainingOptions Training);
}
