using Espalier.Pruning;
using Espalier.Pruning.Surgery;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Tests.Pruning.Surgery;

public sealed class DynamicSurgeryTests
{
    // 300 samples in batches of 32: 10 steps an epoch.
    private static readonly DynamicSurgeryOptions s_options =
        new() { Training = PruningRun.Training(6), FineTuning = PruningRun.Training(2), Rates = [0.5] };

    [Fact]
    public void Weights_go_and_come_back_and_the_last_mask_is_the_pattern_of_zeros()
    {
        TrainableNetwork network = PruningRun.Dense();
        var surgery = new DynamicSurgery(network, PruningRun.Train, PruningRun.Validation, s_options);
        PruningLog log = surgery.Run();
        Assert.InRange(surgery.Spliced, 1, long.MaxValue);
        Assert.InRange(network.LiveWeightCount, 10, 120);
        PruningRun.CheckRemoved(network);
        Assert.Equal(network.LiveWeightCount, network.PrunableParameters.Sum(layer => layer.Values.Count(value => value != 0)));

        Assert.Equal((152, network.LiveWeightCount, 6), (log.WeightsBefore, log.WeightsAfter, log.Rounds.Count));
        Assert.Equal(152, log.Rounds[0].WeightsBefore);
        Assert.Equal(network.LiveWeightCount, log.Rounds[^1].WeightsAfter);
        for (int i = 1; i < log.Rounds.Count; i++) Assert.Equal(log.Rounds[i - 1].WeightsAfter, log.Rounds[i].WeightsBefore);
        Assert.Equal(log.After, Evaluator.Evaluate(network, PruningRun.Validation, s_options.Training.Loss));
        Assert.Equal((log.After, 2), (log.Rounds[^1].AfterRetraining, log.Rounds[^1].RetrainingEpochs));
    }

    [Fact]
    public void Evaluations_between_epochs_see_masked_weights()
    {
        // What the log measured after the epochs of surgery is what the network, masked, measures when the run ends there.
        for (int epochs = 1; epochs <= 3; epochs++)
        {
            TrainableNetwork network = PruningRun.Dense();
            PruningLog log = Run(network, s_options with { Training = PruningRun.Training(epochs), FineTuning = null });
            PruningLog longer = Run(PruningRun.Dense(), s_options with { FineTuning = null });
            Assert.Equal(longer.Rounds[epochs - 1].AfterRetraining, log.After);
            Assert.Equal(longer.Rounds[epochs - 1].WeightsAfter, network.LiveWeightCount);
        }
    }

    [Fact]
    public void A_step_moves_all_weights_by_the_gradient_at_the_masked_ones()
    {
        // One batch of all samples, one step of plain descent at rate 1, and thresholds that no step crosses: the oracle's derivatives at
        // the masked weights are how far the weights behind the mask move. The second step then splices what they carried over the
        // threshold.
        TrainableNetwork network = PruningRun.Dense(), masked = network.Clone();
        TrainingOptions training = PruningRun.Training(1) with
        {
            BatchSize = 0, LearningRate = LearningRateSchedule.Constant(0.5),
                Optimizer = new OptimizerOptions(OptimizerKind.GradientDescent),
        };
        float[][] start = [.. network.PrunableParameters.Select(layer => (float[])layer.Values.Clone())];
        DynamicSurgeryOptions options = s_options with { Training = training, FineTuning = null, Gamma = 0 };
        SurgeryMask[] masks = [.. masked.PrunableParameters.Select(layer => new SurgeryMask(layer, 0.5, 0.1))];
        foreach (SurgeryMask mask in masks)
        {
            mask.Renew();
            mask.ShowMasked();
        }

        var oracle = new DoubleNetwork(masked);
        float[] targets = PruningRun.WithTargets(PruningRun.Train).Targets!;
        double Loss() => oracle.Loss(training.Loss, PruningRun.Train.Inputs, targets, PruningRun.Train.Count);

        Run(network, options);
        TrainableNetwork twoSteps = PruningRun.Dense();
        Run(twoSteps, options with { Training = training with { Epochs = 2 } });
        int removed = 0, spliced = 0;
        for (int l = 0; l < masks.Length; l++)
        {
            for (int i = 0; i < start[l].Length; i++)
            {
                float after = (float)(start[l][i] - 0.5 * oracle.Derivative(Loss, 2 * l, i));
                if (masks[l].Mask[i] == Parameter.Live)
                {
                    Assert.Equal(after, network.PrunableParameters[l].Values[i], 1e-4f);
                    continue;
                }

                removed++;
                Assert.Equal(0, network.PrunableParameters[l].Values[i]);
                double margin = Math.Abs(after) - 1.1 * masks[l].Threshold;
                if (Math.Abs(margin) < 1e-3) continue;
                Assert.Equal(margin > 0, twoSteps.PrunableParameters[l].Values[i] != 0);
                if (margin > 0) spliced++;
            }
        }

        Assert.InRange(removed, 30, 152);
        Assert.InRange(spliced, 1, removed);
    }

    [Fact]
    public void What_is_removed_at_the_start_may_come_back()
    {
        TrainableNetwork network = PruningRun.Dense();
        uint[] mask = new uint[95];
        mask.AsSpan(0, 40).Fill(Parameter.Live);
        network.PrunableParameters[0].Freeze(mask);

        // At a threshold of 0 whatever has moved lives: all but what feeds units that never fire.
        PruningLog log = Run(network, s_options with { Rates = [-100] });
        Assert.Equal(97, log.WeightsBefore);
        Assert.InRange(network.PrunableParameters[0].LiveCount, 41, 95);
    }

    [Fact]
    public void A_rate_for_each_layer_is_heard()
    {
        TrainableNetwork network = PruningRun.Dense();
        Run(network, s_options with { Rates = [1, -100] });
        Assert.InRange(network.PrunableParameters[0].LiveCount, 1, 60);
        Assert.Equal(57, network.PrunableParameters[1].LiveCount);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_one_others()
    {
        // With a probability that falls at once, the seed decides which steps renew.
        TrainableNetwork[] networks = [PruningRun.Dense(), PruningRun.Dense(), PruningRun.Dense()];
        for (int i = 0; i < 3; i++) Run(networks[i], s_options with { Gamma = 1, Seed = i == 2 ? 2u : 1u });
        Assert.Equal(TrainingData.Bits(networks[0]), TrainingData.Bits(networks[1]));
        Assert.NotEqual(TrainingData.Bits(networks[0]), TrainingData.Bits(networks[2]));
    }

    [Fact]
    public void A_layer_without_weights_is_one_clear_error_and_changes_nothing()
    {
        TrainableNetwork network = PruningRun.Dense();
        uint[][] bits = TrainingData.Bits(network);
        string message = Assert.Throws<EspalierException>(() => Run(network, s_options with { Rates = [0.5, 1000] })).Message;
        Assert.Contains("all weights of fc2.weights", message, StringComparison.Ordinal);
        Assert.Equal(bits, TrainingData.Bits(network));
        Assert.Equal(152, network.LiveWeightCount);
    }

    [Fact]
    public void A_cancelled_run_leaves_a_masked_network_that_can_go_on()
    {
        TrainableNetwork network = PruningRun.Dense();
        using var source = new CancellationTokenSource();
        var surgery = new DynamicSurgery(network, PruningRun.Train, PruningRun.Validation, s_options);
        Assert.Throws<OperationCanceledException>(() => surgery.Run(new Immediate<PruningProgress>(value =>
        {
            if (value.Training is { Epoch: 3 }) source.Cancel();
        }), source.Token));
        Assert.InRange(network.LiveWeightCount, 1, 151);
        PruningRun.CheckRemoved(network);
        Assert.Equal(network.LiveWeightCount, surgery.Run().WeightsBefore);
    }

    [Fact]
    public void Bad_options_are_refused()
    {
        Assert.Contains("Rates", Refusal(s_options with { Rates = [] }), StringComparison.Ordinal);
        Assert.Contains("Rates", Refusal(s_options with { Rates = [double.NaN] }), StringComparison.Ordinal);
        Assert.Contains("2 layers of weights, but 3 rates", Refusal(s_options with { Rates = [1, 2, 3] }), StringComparison.Ordinal);
        Assert.Contains("Hysteresis", Refusal(s_options with { Hysteresis = 1 }), StringComparison.Ordinal);
        Assert.Contains("Gamma", Refusal(s_options with { Gamma = -1 }), StringComparison.Ordinal);
        Assert.Contains("Power", Refusal(s_options with { Power = double.NaN }), StringComparison.Ordinal);
        Assert.Contains("cannot stop early",
            Refusal(s_options with { Training = s_options.Training with { EarlyStopping = new EarlyStopping() } }),
            StringComparison.Ordinal);

        static string Refusal(DynamicSurgeryOptions options) =>
            Assert.Throws<EspalierException>(() => Run(PruningRun.Dense(), options)).Message;
    }

    private static PruningLog Run(TrainableNetwork network, DynamicSurgeryOptions options) =>
        new DynamicSurgery(network, PruningRun.Train, PruningRun.Validation, options).Run();
}
