using Espalier.Compilation.Model;
using Espalier.Pruning;
using Espalier.Pruning.Lottery;
using Espalier.Tests.Training;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Lottery;

public sealed class LotteryTicketTests
{
    private static readonly LotteryTicketOptions s_options = new() { Training = PruningRun.Training(3), Rounds = 4 };

    [Fact]
    public void Each_layer_loses_its_part_in_every_round()
    {
        LotteryTicket ticket = Ticket(s_options);
        PruningLog log = ticket.Run();
        PruningRun.CheckLog(log, ticket.Network);
        PruningRun.CheckRemoved(ticket.Network);

        // 95 and 57 weights; a fifth and a tenth go each time, rounded.
        Assert.Equal([(76, 51), (61, 46), (49, 41), (39, 37)], log.Rounds.Select(round => (round.Layers[0].After, round.Layers[1].After)));
        Assert.Equal(log.After, Evaluator.Evaluate(ticket.Network, PruningRun.Validation, s_options.Training.Loss));
        Assert.Equal(log.Before, log.Rounds[0].Before);
        Assert.Equal(log.Rounds[0].AfterRetraining, log.Rounds[1].Before);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Survivors_train_from_the_bits_they_had_at_the_rewind_step(int rewindStep)
    {
        LotteryTicketOptions options = s_options with { Rounds = 2, RewindStep = rewindStep };
        LotteryTicket ticket = Ticket(options);
        TrainableNetwork start = ticket.Network.Clone();
        ticket.Run();

        // The oracle: the dense training stopped at the step, and a training of its own of what the ticket kept.
        TrainableNetwork origin = AtStep(start, rewindStep);
        Assert.Equal(TrainingData.Bits(origin), TrainingData.Bits(TrainableNetwork.FromNetwork(ticket.Origin)));
        for (int i = 0; i < origin.Parameters.Count; i++)
        {
            if (ticket.Network.Parameters[i].Mask is uint[] mask) origin.Parameters[i].Freeze(mask);
        }

        new Trainer(origin, PruningRun.Train, null, options.Training with { Seed = options.Training.Seed + 2 }).Run();
        Assert.Equal(TrainingData.Bits(origin), TrainingData.Bits(ticket.Network));
    }

    [Fact]
    public void The_mask_is_that_of_the_smallest_trained_weights_of_each_layer()
    {
        LotteryTicket ticket = Ticket(s_options);
        ticket.TrainDense();
        TrainableNetwork trained = ticket.Network.Clone();
        ticket.RunRound();
        for (int l = 0; l < 2; l++)
        {
            Parameter before = trained.PrunableParameters[l], after = ticket.Network.PrunableParameters[l];
            float largestGone = before.Values.Where((_, i) => after.Mask![i] == Parameter.Removed).Max(MathF.Abs);
            float smallestLeft = before.Values.Where((_, i) => after.Mask![i] == Parameter.Live).Min(MathF.Abs);
            Assert.InRange(largestGone, 0, smallestLeft);
        }
    }

    [Fact]
    public void The_control_starts_survivors_from_new_values_under_the_same_first_mask()
    {
        LotteryTicket ticket = Ticket(s_options), control = Ticket(s_options with { Start = TicketStart.Reinitialize });
        ticket.TrainDense();
        control.TrainDense();
        ticket.RunRound();
        control.RunRound();
        Assert.Equal(ticket.Network.PrunableParameters.Select(layer => layer.Mask),
            control.Network.PrunableParameters.Select(layer => layer.Mask));
        Assert.NotEqual(TrainingData.Bits(ticket.Network), TrainingData.Bits(control.Network));
        PruningRun.CheckRemoved(control.Network);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 2)]
    [InlineData(5, 0)]
    public void A_run_taken_up_after_a_round_comes_to_the_same_bits(int rewindStep, int roundsDone)
    {
        LotteryTicketOptions options = s_options with { RewindStep = rewindStep };
        LotteryTicket whole = Ticket(options), first = Ticket(options);
        whole.Run();
        first.TrainDense();
        for (int i = 0; i < roundsDone; i++) first.RunRound();
        var resumed = LotteryTicket.Resume(
            first.Origin, first.Network.ToNetwork(), roundsDone, PruningRun.Train, PruningRun.Validation, options);
        PruningLog log = resumed.Run();
        Assert.Equal(TrainingData.Bits(whole.Network), TrainingData.Bits(resumed.Network));
        Assert.Equal(whole.Network.PrunableParameters.Select(layer => layer.Mask),
            resumed.Network.PrunableParameters.Select(layer => layer.Mask));
        Assert.Equal(Enumerable.Range(roundsDone + 1, 4 - roundsDone), log.Rounds.Select(round => round.Round));
    }

    [Fact]
    public void Cancelling_takes_the_round_under_way_back()
    {
        LotteryTicket ticket = Ticket(s_options), straight = Ticket(s_options);
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => ticket.Run(new Immediate<PruningProgress>(value =>
        {
            if (value is { Round: 3, Training.Epoch: 2 }) source.Cancel();
        }), source.Token));
        Assert.Equal(76 + 51, ticket.Network.LiveWeightCount);
        ticket.Run();
        straight.Run();
        Assert.Equal(TrainingData.Bits(straight.Network), TrainingData.Bits(ticket.Network));
    }

    [Fact]
    public void Cancelling_the_dense_training_leaves_the_starting_weights()
    {
        LotteryTicket ticket = Ticket(s_options);
        uint[][] start = TrainingData.Bits(ticket.Network);
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => ticket.Run(new Immediate<PruningProgress>(_ => source.Cancel()), source.Token));
        Assert.Equal(start, TrainingData.Bits(ticket.Network));
    }

    [Fact]
    public void Progress_rises_over_all_trainings()
    {
        var told = new List<PruningProgress>();
        Ticket(s_options).Run(new Immediate<PruningProgress>(told.Add));
        PrunerTests.CheckRising(told);
        Assert.Equal(1, told[^1].Fraction);
        Assert.Equal([1, 2, 3, 4, 5], told.Select(value => value.Round).Distinct());
    }

    [Fact]
    public void Bad_options_and_a_wrong_order_are_refused()
    {
        Assert.Contains("Rounds", Refusal(s_options with { Rounds = 0 }), StringComparison.Ordinal);
        Assert.Contains("RemovedFraction", Refusal(s_options with { RemovedFraction = 1 }), StringComparison.Ordinal);
        Assert.Contains("RemovedFractionOfOutput", Refusal(s_options with { RemovedFractionOfOutput = -0.1 }), StringComparison.Ordinal);
        Assert.Contains("a training has 30 steps", Refusal(s_options with { RewindStep = 30 }), StringComparison.Ordinal);
        Assert.Contains("RewindStep", Refusal(s_options with { RewindStep = 3, Start = TicketStart.Reinitialize }),
            StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Ticket(s_options).RunRound());
        LotteryTicket ticket = Ticket(s_options);
        ticket.TrainDense();
        Assert.Throws<InvalidOperationException>(() => ticket.TrainDense());
        Network other = TrainableNetwork.Perceptron("other", Shape.Flat(5), [4, 3], Activation.Relu, Activation.Softmax, 1).ToNetwork();
        Assert.Contains("not of one shape",
            Assert.Throws<EspalierException>(() =>
                LotteryTicket.Resume(ticket.Origin, other, 1, PruningRun.Train, null, s_options)).Message,
            StringComparison.Ordinal);

        static string Refusal(LotteryTicketOptions options) => Assert.Throws<EspalierException>(() => Ticket(options)).Message;
    }

    private static LotteryTicket Ticket(LotteryTicketOptions options) =>
        new(TrainingData.Network(), PruningRun.Train, PruningRun.Validation, options);

    /// <summary>The network after so many steps of the dense training, which a cancellation ends.</summary>
    private static TrainableNetwork AtStep(TrainableNetwork start, int step)
    {
        if (step == 0) return start;
        using var source = new CancellationTokenSource();
        var trainer = new Trainer(start, PruningRun.Train, null, s_options.Training);
        Assert.Throws<OperationCanceledException>(() => trainer.Run(new Immediate<TrainingProgress>(value =>
        {
            if (value.Step == step) source.Cancel();
        }), source.Token));
        return start;
    }
}
