using Espalier.Pruning.Criteria;
using Espalier.Training;

namespace Espalier.Pruning.Lottery;

/// <summary>The choices of <see cref="LotteryTicket"/>.</summary>
public sealed record LotteryTicketOptions
{
    /// <summary>The training of each round, the dense one first; round r shuffles with its seed plus r.</summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>The number of times that weights are removed.</summary>
    public int Rounds { get; init; } = 15;

    /// <summary>The part of its weights that each layer loses in a round, in (0, 1); rounded, but one weight stays.</summary>
    public double RemovedFraction { get; init; } = 0.2;

    /// <summary>The same for the last layer, which has few.</summary>
    public double RemovedFractionOfOutput { get; init; } = 0.1;

    /// <summary>What a weight is worth within its layer.</summary>
    public PruningCriterion Criterion { get; init; } = new MagnitudeCriterion();

    /// <summary>What survivors start from.</summary>
    public TicketStart Start { get; init; } = TicketStart.Rewind;

    /// <summary>
    /// The step of the dense training whose values survivors go back to: 0 for the starting weights, a few hundred to help networks that do
    /// not get along with those (Frankle et al. 2020). Every training runs in full from there.
    /// </summary>
    public int RewindStep { get; init; }

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        PruningOptions.RequireKnown(Start);
        if (Rounds < 1) throw Fault("Rounds", "at least 1");
        if (!(RemovedFraction is > 0 and < 1)) throw Fault("RemovedFraction", "above 0 and below 1");
        if (!(RemovedFractionOfOutput is >= 0 and < 1)) throw Fault("RemovedFractionOfOutput", "0 or more and below 1");
        if (RewindStep < 0) throw Fault("RewindStep", "0 or more");
        if (Start == TicketStart.Reinitialize && RewindStep > 0) throw Fault("RewindStep", "0 when survivors start from new random values");
        Training.Validate();

        static EspalierException Fault(string name, string range) => new($"Lottery ticket option {name} must be {range}.");
    }
}
