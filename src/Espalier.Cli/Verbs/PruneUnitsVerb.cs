using System.CommandLine;
using Espalier.Cli.Pruning;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Inference;
using Espalier.Interchange;
using Espalier.Pruning.Units;
using Espalier.Reporting;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Cli.Verbs;

/// <summary>Removes whole units from a model and writes the smaller one.</summary>
internal sealed class PruneUnitsVerb : Verb
{
    private readonly DataArguments _data;
    private readonly UnitTargetArguments _target;
    private readonly UnitArguments _units;
    private readonly TrainingArguments _training;
    private readonly ValidationArgument _validation;
    private readonly PruningFiles _files;
    private readonly Option<int?> _retrain = new("--retrain")
    {
        Description = "Retrain the rest for so many epochs after each round; not at all unless given.",
        HelpName = "EPOCHS",
    };

    private readonly Option<bool> _keepShape = new("--keep-shape")
    {
        Description = "Write layers of the given sizes, with zeros for removed units; otherwise layers are as small as their units.",
    };

    public PruneUnitsVerb(Terminal terminal)
        : base("prune-units", "Remove whole units and filters, the least useful first, and write the smaller network. "
            + "'prune' then removes single weights from what is left.", terminal,
            "espalier prune-units digits.espalier --data digits --keep 0.5 --per-round 20",
            "espalier prune-units lenet.espalier --data mnist --max-rise 0.1 --per-round 10 --twins merge --plot units.svg",
            "espalier prune-units lenet.espalier --data mnist --units 150 --per-round 25 --retrain 2 --log units.json",
            "espalier prune-units lenet.espalier --data mnist --criterion apoz --choice outlying --rounds 3 --retrain 2",
            "espalier prune-units lenet5.espalier --data mnist --criterion taylor --units 100 --per-round 20 --retrain 1",
            "espalier prune-units monks.espalier --data monks-1 --max-rise 0 --inputs --fold --out monks-small.espalier")
    {
        Names = [UnitArguments.List];
        Add(CommonOptions.Model);
        _data = new DataArguments(this, isRequired: true, "What the network was trained on");
        _target = new UnitTargetArguments(this);
        _units = new UnitArguments(this);
        _training = new TrainingArguments(this, _retrain, rate: 1.5e-3);
        _validation = new ValidationArgument(this);
        Add(_keepShape);
        _files = new PruningFiles(this, "the error against the units left");
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        // What can be refused is refused before anything is read.
        _ = _target.Read(arguments);
        UnitPruningOptions options = _units.Read(arguments);
        string path = arguments.GetRequiredValue(CommonOptions.Model);
        Network model = ModelFile.Load(path);
        _files.RequireWritable(arguments, path);
        DataSplit split = _data.Load(arguments, model);
        (Dataset train, Dataset? validation) = _validation.SetAside(arguments, split);
        if (validation is null && _target.IsJudged(arguments))
        {
            throw new EspalierException("--max-rise and --max-loss-factor need a validation part to judge by; leave --validation 0 out.");
        }

        TrainableNetwork network = TrainableNetwork.FromNetwork(model, freezeZeros: true), given = network.Clone();
        (options, LossKind loss) = WithRetraining(arguments, options, model.OutputActivation, train.Count);
        Evaluation On(Dataset? part, TrainableNetwork judged) => Evaluator.Evaluate(judged, part ?? train, loss);

        Evaluation before = On(validation, given);
        IReadOnlyList<FoldedUnit>? folded = _units.Fold(arguments, network, train, cancel);
        UnitTarget target = _target.Read(arguments, before, folded is null ? before : On(validation, network));
        var pruner = new UnitPruner(network, train, validation, loss, options);
        UnitPruningLog log = Terminal.Track("pruning", report => pruner.Run(target, new PruningMeter(report), cancel));
        TrainableNetwork written = arguments.GetValue(_keepShape) ? network : NetworkShrinker.Shrink(network);

        var report = new UnitPruningReport(_files.Model(arguments, path), log, folded, given, written,
            before, On(validation, written), On(split.Test, given), On(split.Test, written));
        Network small = ModelSamples.Attach(written.ToNetwork(), split.Test, Math.Max(1, model.Samples.Length));
        _files.Write(arguments, path, small, log, UnitPruningLogChart.ToSvg);
        if (WantsJson(arguments)) report.WriteJson(Terminal);
        else report.Print(Terminal, options.PruneInputs);
        return ExitCode.Success;
    }

    private (UnitPruningOptions Options, LossKind Loss) WithRetraining(
        ParseResult arguments, UnitPruningOptions options, Activation output, int samples)
    {
        if (arguments.GetValue(_retrain) is not int epochs)
        {
            _training.RequireNone(arguments, "give --retrain too.");
            return (options, LossArgument.For(output));
        }

        if (epochs < 1) throw new EspalierException($"--retrain {epochs}: give at least 1 epoch, or leave it out.");
        TrainingOptions retraining = _training.Read(arguments, output, samples, epochs);
        return (options with { Retraining = retraining }, retraining.Loss);
    }
}
