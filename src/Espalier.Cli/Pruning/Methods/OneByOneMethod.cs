using System.CommandLine;
using Espalier.Pruning.Surgery;
using Espalier.Training;

namespace Espalier.Cli.Pruning.Methods;

/// <summary>See <see cref="SequentialPruner"/>. The training samples decide what stands.</summary>
internal sealed class OneByOneMethod : OwnMethod
{
    private static readonly Option<string> s_order = new Option<string>("--order")
    {
        Description = "With --method one-by-one, which weight goes next: the cheapest by OBS, by OBD, or the smallest.",
        DefaultValueFactory = _ => "obs",
    }.AcceptOnlyFromAmong("obs", "obd", "magnitude");

    private static readonly Option<string> s_refit = new Option<string>("--refit")
    {
        Description = "With --method one-by-one, when the rest is trained to the minimum again.",
        DefaultValueFactory = _ => "never",
    }.AcceptOnlyFromAmong("never", "when-needed", "always");

    private static readonly Option<double?> s_loss = new("--max-loss")
    {
        Description = "With --method one-by-one, the largest mean loss on the training samples; what bounds regression.",
        HelpName = "X",
    };

    /// <summary>Declares the method.</summary>
    public OneByOneMethod()
        : base("one-by-one",
            "train to the minimum, delete the cheapest weight, undo what the training samples do not bear (--max-rise, 0 points unless "
            + "given); up to 2,500 parameters (Hassibi and Stork 1993)",
            s_order, s_refit, s_loss)
    {
    }

    /// <inheritdoc/>
    public override int? Epochs => null;

    /// <inheritdoc/>
    public override bool Takes(Option option) => option.Name == TargetArguments.RiseName;

    /// <inheritdoc/>
    public override PruningOutcome Run(ParseResult arguments, OwnMethodInput input, CancellationToken cancel)
    {
        var training = new FullBatchOptions { WeightDecay = input.Training.Optimizer.WeightDecay };
        var options = new SequentialPruningOptions
        {
            Order = arguments.GetValue(s_order) switch
            {
                "obd" => DeletionOrder.OptimalBrainDamage,
                "magnitude" => DeletionOrder.Magnitude,
                _ => DeletionOrder.OptimalBrainSurgeon,
            },
            Retraining = arguments.GetValue(s_refit) switch
            {
                "always" => RetrainingTime.Always,
                "when-needed" => RetrainingTime.WhenNeeded,
                _ => RetrainingTime.Never,
            },
            LargestErrorRise = arguments.GetValue<double?>(TargetArguments.RiseName) ?? 0,
            LargestLoss = arguments.GetValue(s_loss),
            Training = training,
        };
        (TrainableNetwork network, TrainableNetwork before) = (input.Network, input.Network.Clone());

        // What cannot be is refused before the training to the minimum, which takes long.
        _ = new SequentialPruner(before, input.Train, input.Training.Loss, options);
        SequentialPruningLog log = input.Terminal.Track("pruning", report =>
        {
            FullBatchTrainer.Train(network, input.Train, input.Training.Loss, training, cancel);
            return new SequentialPruner(network, input.Train, input.Training.Loss, options).Run(new DeletionMeter(report), cancel);
        });
        return new PruningOutcome(network, input.Log(Name, before, input.Train.Name, (log.Before, log.After, null)), WasInterrupted: false)
        {
            Details = log,
        };
    }

    /// <summary>Says how many weights are left; how far it will go, nobody knows.</summary>
    private sealed class DeletionMeter(Action<double, string> report) : IProgress<SequentialPruningProgress>
    {
        public void Report(SequentialPruningProgress value) => report(
            (double)value.Deletions / (value.Deletions + value.Left), $"{SummaryTable.Number(value.Left)} weights");
    }
}
