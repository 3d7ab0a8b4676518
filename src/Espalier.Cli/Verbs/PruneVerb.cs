using System.CommandLine;
using Espalier.Cli.Pruning;
using Espalier.Cli.Pruning.Methods;
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
            "espalier prune lenet.espalier --data mnist --keep 0.08 --epochs 40 --session run3",
            "espalier prune lenet.espalier --data mnist --budget-bytes 60000 --method rounds --allocation scan",
            "espalier prune lenet5.espalier --data mnist --budget-ns 2000",
            "espalier prune lenet.espalier --data mnist --allocation 6.7,20,65 --method once",
            "espalier prune digits.espalier --data digits --interactive --session run2",
            "espalier prune lenet.espalier --data mnist --criterion exact-obs --pattern 2of4 --method once",
            "espalier prune lenet.espalier --data mnist --method surgery --rates 7.4,3.55,1.8 --epochs 60",
            "espalier prune monks.espalier --data monks-1 --method one-by-one --refit when-needed")
    {
        Add(_model);
        _data = new DataArguments(this, isRequired: false, "What the network was trained on");
        _target = new TargetArguments(this);
        _method = new MethodArguments(this);
        Names = [CriterionArguments.List, _method.List];
        _criterion = new CriterionArguments(this);
        _pattern = new PatternArguments(this);
        _allocation = new AllocationArgument(this);
        _session = new SessionArguments(this);
        string epochs = $"{DefaultGradualEpochs} in all for gradual, {DefaultRoundEpochs} a round for rounds, unless given, or what a "
            + "method of its own takes";
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
        OwnMethod? own = _method.OwnMethod(
            arguments, [.. _target.Options, .. _criterion.Options, .. _pattern.Options, _allocation.Option, .. _session.Options]);
        PruningChoices? choices = own is null ? Choose(arguments) : null;
        Network given = ModelFile.Load(path);
        _files.RequireWritable(arguments, path);
        DataSplit split = _data.Load(arguments, given);
        (Dataset train, Dataset? validation) = _validation.SetAside(arguments, split);
        TrainableNetwork network = TrainableNetwork.FromNetwork(given, freezeZeros: true);
        choices?.Pattern.RequireFit(network);
        int epochs = choices is null ? own!.Epochs ?? 1 : choices.IsGradual ? DefaultGradualEpochs : DefaultRoundEpochs;
        TrainingOptions training = _training.Read(arguments, network.Layers[^1].Activation, train.Count, epochs);
        Evaluation testBefore = Evaluator.Evaluate(network, split.Test, training.Loss);

        PruningOutcome outcome = choices is null
            ? own!.Run(arguments, new OwnMethodInput(network, train, validation, training, Terminal), cancel)
            : RunByChoices(arguments, choices, Begin(arguments, choices, network, train, validation, training.Loss), training);
        TrainableNetwork pruned = outcome.Ordered;
        Network model = Model(pruned);
        _files.Write(arguments, path, model, outcome.FullLog, _ => PruningLogChart.ToSvg(outcome.Log));
        var report = new PruningReport(
            _files.Model(arguments, path), outcome, testBefore, Evaluator.Evaluate(pruned, split.Test, training.Loss));
        if (WantsJson(arguments)) report.WriteJson(Terminal);
        else report.Print(Terminal);
        return outcome.WasInterrupted ? ExitCode.Interrupted : ExitCode.Success;

        PruningOutcome RunByChoices(ParseResult arguments, PruningChoices choices, PruningSession session, TrainingOptions training)
        {
            return choices.Method switch
            {
                MethodArguments.Gradual => RunGradual(arguments, choices, session, training, cancel),
                MethodArguments.Interactive =>
                    new InteractivePruning(Terminal, session, choices, training, _session.Folder(arguments), Save)
                        .Run(_files.Model(arguments, path), toError: WantsJson(arguments), cancel),
                _ => RunRounds(arguments, choices, session, training, cancel),
            };

            void Save(string file) => ModelFile.Save(file, Model(session.Context.Layout?.OrderUnits(session.Network) ?? session.Network));
        }

        Network Model(TrainableNetwork left) =>
            ModelSamples.Attach(left.ToNetwork(), split.Test, Math.Max(1, given.Samples.Length));
    }

    private PruningChoices Choose(ParseResult arguments)
    {
        PruningPattern pattern = _pattern.Read(arguments);
        PruningTarget? target = PatternArguments.Target(pattern, _target.Read(arguments));
        PruningCriterion criterion = _criterion.Criterion(arguments);
        LayerAllocation? allocation = _allocation.Read(arguments, _target.Cost(arguments));
        bool needsRounds = _target.IsErrorRise(arguments) || allocation is not null || criterion is not ScoreCriterion;
        var choices = new PruningChoices(
            _method.Read(arguments, needsRounds), target, criterion, pattern, _criterion.Scope(arguments), allocation)
        {
            Step = _method.Step(arguments),
        };
        choices.RequireConsistent();
        return allocation is not null && arguments.IsGiven(_criterion.ScopeOption)
            ? throw new EspalierException("--scope and --allocation both say which weights compete; give one.")
            : choices;
    }

    private PruningSession Begin(
        ParseResult arguments, PruningChoices choices, TrainableNetwork network, Dataset train, Dataset? validation, LossKind loss)
    {
        string? folder = _session.Folder(arguments);
        PruningSession session = _session.IsResumed(arguments)
            ? PruningSession.Load(folder!, train, validation, _session.Round(arguments))
            : new PruningSession(network, train, validation, loss);
        if (session.IsGradual && !choices.IsGradual)
        {
            throw new EspalierException(
                $"{folder}: is a session of --method gradual, not {choices.Method}; leave --method out, or begin anew by --from-round 0.");
        }

        // A gradual run keeps the session itself, once it is known to be of the same recipe.
        session.Recipe = _session.Recipe(arguments);
        if (folder is not null && !choices.IsGradual) session.Save(folder);
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
            Terminal.Say($"{session.Rounds.Count} finished rounds are kept; {GoOn(folder)}");
            throw;
        }
    }

    private PruningOutcome RunGradual(
        ParseResult arguments, PruningChoices choices, PruningSession session, TrainingOptions all, CancellationToken cancel)
    {
        string? folder = _session.Folder(arguments);
        GradualPruningOptions options = choices.Gradual(all, _method.Curve(arguments, SparsitySchedule.Cubic)) with
        {
            SessionFolder = folder,
        };
        var pruner = new GradualPruner(session, options);
        try
        {
            PruningLog log = Terminal.Track("pruning", report => pruner.Run(choices.Target!, new PruningMeter(report), cancel));
            return new PruningOutcome(session.Network, log, WasInterrupted: false) { Layout = pruner.Layout };
        }
        catch (OperationCanceledException) when (folder is not null)
        {
            Terminal.Say($"the run is kept as it stands; {GoOn(folder)}");
            throw;
        }
    }

    private static string GoOn(string folder) => $"go on with: espalier prune --resume {folder}";
}
