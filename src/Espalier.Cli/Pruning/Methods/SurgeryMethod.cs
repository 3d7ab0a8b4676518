using System.CommandLine;
using Espalier.Pruning;
using Espalier.Pruning.Surgery;
using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Pruning.Methods;

/// <summary>See <see cref="DynamicSurgery"/>.</summary>
internal sealed class SurgeryMethod : OwnMethod
{
    private static readonly Option<string> s_rates = new("--rates")
    {
        Description = "With --method surgery, weights below mean + X deviations of their layer's |w| go; for all layers, or one for each.",
        HelpName = "X[,X]",
        DefaultValueFactory = _ => "2",
    };

    /// <summary>Declares the method.</summary>
    public SurgeryMethod()
        : base("surgery", "dynamic network surgery: weights go and come back in the first half of the epochs (Guo et al. 2016)", s_rates)
    {
    }

    /// <inheritdoc/>
    public override int? Epochs => 40;

    /// <inheritdoc/>
    public override PruningOutcome Run(ParseResult arguments, OwnMethodInput input, CancellationToken cancel)
    {
        (TrainingOptions pruning, TrainingOptions fineTuning) = input.Halves();
        var surgery = new DynamicSurgery(input.Network, input.Train, input.Validation, new DynamicSurgeryOptions
        {
            Training = pruning with { LearningRate = LearningRateSchedule.Constant(pruning.LearningRate.Initial) },
            FineTuning = fineTuning,
            Rates = NumberList.Parse(s_rates.Name, arguments.GetRequiredValue(s_rates)),
            Seed = pruning.Seed,
        });
        PruningLog log = input.Track(meter => surgery.Run(meter, cancel));
        return new PruningOutcome(input.Network, log with { Loss = pruning.Loss, Seed = pruning.Seed }, WasInterrupted: false);
    }
}
