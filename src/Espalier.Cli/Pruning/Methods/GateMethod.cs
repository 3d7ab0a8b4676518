using System.CommandLine;
using Espalier.Pruning.Gates;
using Espalier.Training;

namespace Espalier.Cli.Pruning.Methods;

/// <summary>See <see cref="L0Pruner"/>.</summary>
internal sealed class GateMethod : OwnMethod
{
    /// <summary>Chosen for LeNet-300-100: gates of each sample that start 80 % open.</summary>
    private const double DropRate = 0.2;

    private static readonly Option<string> s_lambda = new("--lambda")
    {
        Description = "With --method l0, what a weight costs, in the loss of one training sample; for all layers, or one for each.",
        HelpName = "X[,X]",
        DefaultValueFactory = _ => "0.1",
    };

    /// <summary>Declares the method.</summary>
    public GateMethod()
        : base("l0", "L0 regularisation: gates on units learn to close, then fine-tuning (Louizos, Welling and Kingma 2018)", s_lambda)
    {
    }

    /// <inheritdoc/>
    public override int? Epochs => 100;

    /// <inheritdoc/>
    public override PruningOutcome Run(ParseResult arguments, OwnMethodInput input, CancellationToken cancel)
    {
        (TrainingOptions pruning, TrainingOptions fineTuning) = input.Halves(StochasticOutcome.FineTuningPart);
        var options = new L0Options
        {
            Lambda = NumberList.Parse(s_lambda.Name, arguments.GetRequiredValue(s_lambda)),
            GatePerSample = true,
            DropRate = DropRate,
            Training = pruning,
            FineTuning = fineTuning,
        };
        TrainableNetwork before = input.Network.Clone();
        var pruner = new L0Pruner(input.Network, input.Train, input.Validation, options);
        return StochasticOutcome.Of(input, before, input.Track(meter => pruner.Run(meter, cancel)));
    }
}
