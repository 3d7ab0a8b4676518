using System.CommandLine;
using Espalier.Pruning.Gates;
using Espalier.Training;

namespace Espalier.Cli.Pruning.Methods;

/// <summary>See <see cref="VariationalDropoutPruner"/>.</summary>
internal sealed class VariationalMethod : OwnMethod
{
    /// <summary>The divergence rises over this part of the training.</summary>
    private const double WarmUp = 1 / 8.0;

    private static readonly Option<double> s_divergence = new("--divergence")
    {
        Description = "With --method variational-dropout, the factor of the divergence from the prior: more prunes harder.",
        HelpName = "X",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>Declares the method.</summary>
    public VariationalMethod()
        : base("variational-dropout", "weights learn how noisy they may be, and what drowns in noise goes (Molchanov et al. 2017)",
            s_divergence)
    {
    }

    /// <inheritdoc/>
    public override int? Epochs => 100;

    /// <inheritdoc/>
    public override PruningOutcome Run(ParseResult arguments, OwnMethodInput input, CancellationToken cancel)
    {
        (TrainingOptions pruning, TrainingOptions fineTuning) = input.Halves(StochasticOutcome.FineTuningPart);
        var options = new VariationalDropoutOptions
        {
            DivergenceScale = arguments.GetValue(s_divergence),
            WarmUpEpochs = WarmUp * pruning.Epochs,
            Training = pruning,
            FineTuning = fineTuning,
        };
        TrainableNetwork before = input.Network.Clone();
        var pruner = new VariationalDropoutPruner(input.Network, input.Train, input.Validation, options);
        return StochasticOutcome.Of(input, before, input.Track(meter => pruner.Run(meter, cancel)));
    }
}
