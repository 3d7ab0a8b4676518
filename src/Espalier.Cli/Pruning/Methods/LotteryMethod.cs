using System.CommandLine;
using Espalier.Pruning;
using Espalier.Pruning.Lottery;
using Espalier.Training;

namespace Espalier.Cli.Pruning.Methods;

/// <summary>See <see cref="LotteryTicket"/>. The model gives the shape; training starts from random weights.</summary>
internal sealed class LotteryMethod : OwnMethod
{
    private const int DefaultRounds = 15;

    private static readonly Option<double> s_removed = new("--removed")
    {
        Description = "With --method lottery, the part of its weights that a layer loses in a round; the last layer loses half of that.",
        HelpName = "X",
        DefaultValueFactory = _ => 0.2,
    };

    private static readonly Option<int> s_rewind = new("--rewind")
    {
        Description = "With --method lottery, the step of the first training to whose weights survivors go back; 0 for those at the start.",
        HelpName = "STEP",
        DefaultValueFactory = _ => 0,
    };

    /// <summary>Declares the method.</summary>
    public LotteryMethod()
        : base("lottery",
            $"lottery tickets: train from random weights, remove, put survivors back, again, in {DefaultRounds} --rounds "
            + "(Frankle and Carbin 2019)",
            s_removed, s_rewind)
    {
    }

    /// <inheritdoc/>
    public override int? Epochs => 16;

    /// <inheritdoc/>
    public override bool Takes(Option option) => option.Name == MethodArguments.RoundsName;

    /// <inheritdoc/>
    public override PruningOutcome Run(ParseResult arguments, OwnMethodInput input, CancellationToken cancel)
    {
        int rounds = arguments.GetValue<int?>(MethodArguments.RoundsName) ?? DefaultRounds;
        TrainableNetwork network = input.Network.Restart(input.Training.Seed);
        double removed = arguments.GetValue(s_removed);
        var ticket = new LotteryTicket(network, input.Train, input.Validation, new LotteryTicketOptions
        {
            Training = input.Training,
            Rounds = rounds,
            RemovedFraction = removed,
            RemovedFractionOfOutput = removed / 2,
            RewindStep = arguments.GetValue(s_rewind),
        });
        PruningLog log = input.Track(meter => ticket.Run(meter, cancel)) with
        {
            Target = $"rounds {rounds}", Loss = input.Training.Loss, Seed = input.Training.Seed,
        };
        return new PruningOutcome(network, log, WasInterrupted: false);
    }
}
