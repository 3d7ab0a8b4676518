using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Pruning;
using Espalier.Pruning.Gates;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Tests.Pruning.Gates;

/// <summary>What pruning by gates and by variational dropout have in common: whole runs on a small problem.</summary>
public sealed class StochasticPrunerTests
{
    public static TheoryData<string> Kinds => ["input", "weight", "sample", "variational"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Inputs_without_meaning_lose_their_weights_and_the_others_still_tell_the_classes(string kind)
    {
        // The first three of five inputs tell the three classes, the other two are noise.
        TrainableNetwork network = PruningRun.Dense();
        StochasticPruningLog log = Run(kind, network, Training(80));

        PruningRun.CheckRemoved(network);
        uint[] mask = network.PrunableParameters[0].Mask!;
        int[] reads = [.. Enumerable.Range(0, 5).Select(input => LiveOf(mask, 5, input))];
        if (kind is "input" or "sample") Assert.Equal((0, 0), (reads[3], reads[4]));
        Assert.True(2 * reads[3..].Sum() < reads[..3].Sum(), string.Join(" ", reads));
        Assert.Equal((network.LiveWeightCount, 152), (log.WeightsAfter, log.WeightsBefore));
        Assert.InRange(log.WeightsAfter, 6, 110);
        Assert.InRange(log.AfterPruning.ErrorPercent!.Value, 0, log.Before.ErrorPercent!.Value + 3);
        Assert.Equal(Evaluator.Evaluate(network, PruningRun.Validation, Training(1).Loss), log.AfterPruning);
        Assert.Null(log.AfterFineTuning);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_log_follows_every_epoch_to_the_finished_network(string kind)
    {
        TrainableNetwork network = PruningRun.Dense();
        StochasticPruningLog log = Run(kind, network, Training(5));
        Assert.Equal([1, 2, 3, 4, 5], log.Epochs.Select(epoch => epoch.Epoch));
        Assert.Equal((log.AfterPruning, log.WeightsAfter), (log.Epochs[^1].Evaluation, log.Epochs[^1].Weights));
        Assert.Equal(log.Layers, log.Epochs[^1].Layers);
        Assert.All(log.Epochs, epoch => Assert.InRange(epoch.Loss, 0.01, 2));
        for (int i = 0; i < 2; i++)
        {
            Parameter weights = network.PrunableParameters[i];
            int read = Enumerable.Range(0, weights.Columns).Count(input => LiveOf(weights.Mask!, weights.Columns, input) > 0);
            Assert.Equal((network.Layers[i].Name, read, weights.LiveCount),
                (log.Layers[i].Name, log.Layers[i].Inputs, log.Layers[i].Weights));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_finished_network_is_the_noisy_one_at_rest_bit_for_bit(string kind)
    {
        // The layers at rest know of no other layer; the finished network also lacks the units that nothing reads.
        TrainableNetwork network = PruningRun.Dense();
        var layers = new List<StochasticLayer>();
        new StochasticRun("test", network, PruningRun.Train, null, Training(30), null, averageDecay: 0, (plain, i) =>
        {
            layers.Add(Layer(kind, plain, (ulong)i));
            return layers[^1];
        }).Run(null, default);

        var atRest = new TrainableNetwork("at_rest", network.InputShape, layers);
        Network expected = atRest.ToNetwork(), actual = network.ToNetwork();
        Assert.InRange(network.LiveWeightCount, 1, 120);
        if (kind is "input" or "sample") Assert.True(actual.Layers.Sum(Weights) < expected.Layers.Sum(Weights));
        for (int sample = 0; sample < 200; sample++)
        {
            ReadOnlySpan<float> input = PruningRun.Validation.Input(sample);
            Assert.Equal(Outputs(expected, input), Outputs(actual, input));
        }

        static int Weights(Layer layer) => ((DenseLayer)layer).Weights.Count;

        static uint[] Outputs(Network model, ReadOnlySpan<float> input)
        {
            var output = new float[3];
            new ReferenceInterpreter(model).Predict(input, output);
            return Array.ConvertAll(output, FloatBits.Of);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_seed_gives_the_same_bits_whatever_the_threads_and_another_seed_others(string kind)
    {
        TrainableNetwork one = PruningRun.Dense(), two = PruningRun.Dense(), other = PruningRun.Dense();
        Run(kind, one, Training(4));
        Run(kind, two, Training(4) with { Threads = 2 });
        Run(kind, other, Training(4) with { Seed = 2 });
        Assert.Equal(TrainingData.Bits(one), TrainingData.Bits(two));
        Assert.NotEqual(TrainingData.Bits(one), TrainingData.Bits(other));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_cancelled_run_leaves_the_network_alone_and_goes_on_to_the_same_bits(string kind)
    {
        TrainableNetwork network = PruningRun.Dense(), straight = PruningRun.Dense();
        StochasticPruningLog expected = Run(kind, straight, Training(6), PruningRun.Training(4));
        Func<IProgress<PruningProgress>?, CancellationToken, StochasticPruningLog> run =
            Pruner(kind, network, Training(6), PruningRun.Training(4));
        foreach (int round in new[] { 1, 2 })
        {
            using var source = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(() => run(new Immediate<PruningProgress>(value =>
            {
                if (value.Round == round && value.Training is { Epoch: 3 }) source.Cancel();
            }), source.Token));
            Assert.Equal(TrainingData.Bits(PruningRun.Dense()), TrainingData.Bits(network));
            Assert.All(network.PrunableParameters, weights => Assert.Null(weights.Mask));
        }

        StochasticPruningLog log = run(null, default);
        Assert.Equal(TrainingData.Bits(straight), TrainingData.Bits(network));
        Assert.Equal((expected.AfterPruning, expected.AfterFineTuning, expected.Epochs.Count),
            (log.AfterPruning, log.AfterFineTuning, log.Epochs.Count));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fine_tuning_keeps_the_masks_and_what_was_masked_before_never_comes_back(string kind)
    {
        TrainableNetwork network = PruningRun.Dense(), without = PruningRun.Dense();
        foreach (TrainableNetwork each in new[] { network, without })
        {
            each.PrunableParameters[0].Freeze([.. Enumerable.Range(0, 95).Select(i => i % 4 == 0 ? Parameter.Removed : Parameter.Live)]);
        }

        uint[] before = [.. network.PrunableParameters[0].Mask!];
        StochasticPruningLog log = Run(kind, network, Training(10), PruningRun.Training(3));
        Run(kind, without, Training(10));
        Assert.Equal(without.PrunableParameters.Select(layer => layer.Mask), network.PrunableParameters.Select(layer => layer.Mask));
        Assert.NotEqual(TrainingData.Bits(without), TrainingData.Bits(network));
        Assert.Equal(Evaluator.Evaluate(network, PruningRun.Validation, Training(1).Loss), log.AfterFineTuning);
        Assert.All(before.Zip(network.PrunableParameters[0].Mask!), pair => Assert.True(pair.First != 0 || pair.Second == 0));
        Assert.All(log.Epochs, epoch => Assert.InRange(epoch.ExpectedWeights, 1, network.WeightCount - 24));
        PruningRun.CheckRemoved(network);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_layer_that_loses_everything_is_refused_and_the_network_stays(string kind)
    {
        TrainableNetwork network = PruningRun.Dense();
        Assert.Contains("lost all its weights",
            Assert.Throws<EspalierException>(() => Run(kind, network, Training(80), strength: 1000)).Message, StringComparison.Ordinal);
        Assert.Equal(TrainingData.Bits(PruningRun.Dense()), TrainingData.Bits(network));
        Assert.Equal(152, network.LiveWeightCount);
    }

    [Fact]
    public void Progress_rises_from_0_to_1_over_both_trainings()
    {
        var told = new List<PruningProgress>();
        Pruner("input", PruningRun.Dense(), Training(3), PruningRun.Training())(new Immediate<PruningProgress>(told.Add), default);
        PrunerTests.CheckRising(told);
        Assert.Equal(1, told[^1].Fraction);
        Assert.Equal([1, 2], told.Select(value => value.Round).Distinct());
    }

    [Fact]
    public void Regression_networks_are_pruned_too()
    {
        TrainableNetwork network = PruningRun.Dense();
        var pruner = new L0Pruner(network, PruningRun.WithTargets(PruningRun.Train), null, new L0Options { Training = Training(5) });
        StochasticPruningLog log = pruner.Run();
        Assert.Null(log.AfterPruning.ErrorPercent);
        Assert.All(log.Epochs, epoch => Assert.Null(epoch.Evaluation));
    }

    [Fact]
    public void Bad_options_are_refused_in_one_line()
    {
        var good = new L0Options { Training = Training(1) };
        Refuse(good with { Lambda = [] }, "Lambda must be 0 or more");
        Refuse(good with { Lambda = [0.1, -1] }, "Lambda must be 0 or more");
        Refuse(good with { Lambda = [double.NaN] }, "Lambda must be 0 or more");
        Refuse(good with { Lambda = [1, 1, 1] }, "Lambda has 3 numbers for 2 layers");
        Refuse(good with { Group = (GateGroup)9 }, "GateGroup is 9");
        Refuse(good with { Group = GateGroup.Weight, GatePerSample = true }, "GatePerSample must be off");
        Refuse(good with { DropRate = 1 }, "DropRate must be in (0, 1)");
        Refuse(good with { AverageDecay = 1 }, "AverageDecay must be in [0, 1)");
        Refuse(good with { Training = Training(0) }, "Epochs is 0");
        Refuse(good with { Training = Training(1) with { EarlyStopping = new EarlyStopping() } }, "without early stopping");
        Refuse(good with { Training = Training(1) with { Optimizer = new() { WeightDecay = 0.1, DecoupledDecay = true } } }, "decoupled");
        Refuse(good with { FineTuning = Training(-1) }, "Epochs is -1");

        var noisy = new VariationalDropoutOptions { Training = Training(1) };
        RefuseVariational(noisy with { DivergenceScale = -1 }, "DivergenceScale must be 0 or more");
        RefuseVariational(noisy with { WarmUpEpochs = double.NaN }, "WarmUpEpochs must be 0 or more");
        RefuseVariational(noisy with { StartLogVariance = 99 }, "StartLogVariance must be in [-30, 10]");
        RefuseVariational(noisy with { Threshold = double.NaN }, "Threshold must be finite");
        RefuseVariational(noisy with { Training = Training(1) with { EarlyStopping = new EarlyStopping() } }, "without early stopping");

        static void Refuse(L0Options options, string complaint) => Check(
            () => _ = new L0Pruner(PruningRun.Dense(), PruningRun.Train, null, options), complaint);

        static void RefuseVariational(VariationalDropoutOptions options, string complaint) => Check(
            () => _ = new VariationalDropoutPruner(PruningRun.Dense(), PruningRun.Train, null, options), complaint);

        static void Check(Action action, string complaint)
        {
            string message = Assert.Throws<EspalierException>(action).Message;
            Assert.Contains(complaint, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Fact]
    public void A_checkpoint_of_a_noisy_network_is_refused()
    {
        var plain = new TrainableDense("fc", 5, 3, Activation.Softmax);
        var network = new TrainableNetwork("noisy", Shape.Flat(5), [Layer("input", plain, 1)]);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var error = Assert.Throws<EspalierException>(() => new Trainer(network, PruningRun.Train, null, Training(1)).SaveCheckpoint(path));
        Assert.Contains("No checkpoint or session can hold layer 'fc'", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    // The weights of an input that are left.
    private static int LiveOf(uint[] mask, int inputs, int input) =>
        mask.Where((word, i) => i % inputs == input && word == Parameter.Live).Count();

    private static TrainingOptions Training(int epochs) => PruningRun.Training(epochs) with
    {
        LearningRate = LearningRateSchedule.Constant(0.02),
        Optimizer = new OptimizerOptions { WeightDecay = 1e-4 },
    };

    private static StochasticLayer Layer(string kind, TrainableWeightedLayer plain, ulong key)
    {
        var gates = new GateSettings(kind == "weight" ? 0.005 : 0.003, 1e-4, 0.5, key);
        return kind switch
        {
            "input" => new BatchGatedLayer(plain, GateGroup.Input, gates),
            "weight" => new BatchGatedLayer(plain, GateGroup.Weight, gates),
            "sample" => new SampleGatedDense((TrainableDense)plain, gates),
            _ => new VariationalLayer(plain, new VariationalSettings(1.0 / PruningRun.Train.Count, 0, -6, 3, key)),
        };
    }

    private static StochasticPruningLog Run(
        string kind, TrainableNetwork network, TrainingOptions training, TrainingOptions? fineTuning = null, double strength = 1) =>
        Pruner(kind, network, training, fineTuning, strength)(null, default);

    private static Func<IProgress<PruningProgress>?, CancellationToken, StochasticPruningLog> Pruner(
        string kind, TrainableNetwork network, TrainingOptions training, TrainingOptions? fineTuning, double strength = 1)
    {
        if (kind == "variational")
        {
            return new VariationalDropoutPruner(network, PruningRun.Train, PruningRun.Validation, new VariationalDropoutOptions
            {
                Training = training,
                FineTuning = fineTuning,
                DivergenceScale = strength,
                WarmUpEpochs = 5,
                StartLogVariance = -6,
            }).Run;
        }

        return new L0Pruner(network, PruningRun.Train, PruningRun.Validation, new L0Options
        {
            Training = training,
            FineTuning = fineTuning,
            Lambda = [strength],
            Group = kind == "weight" ? GateGroup.Weight : GateGroup.Input,
            GatePerSample = kind == "sample",
            AverageDecay = 0.9,
        }).Run;
    }
}
