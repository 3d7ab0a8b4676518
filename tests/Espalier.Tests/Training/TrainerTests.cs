using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Tests.Training;

public sealed class TrainerTests
{
    private static readonly Dataset s_train = TrainingData.Clouds(301, 1);
    private static readonly Dataset s_validation = TrainingData.Clouds(200, 2);

    [Theory]
    [InlineData(OptimizerKind.GradientDescent, 0.5, 1)]
    [InlineData(OptimizerKind.GradientDescent, 0.5, 32)]
    [InlineData(OptimizerKind.GradientDescent, 0.5, 0)]
    [InlineData(OptimizerKind.Momentum, 0.05, 32)]
    [InlineData(OptimizerKind.Nesterov, 0.05, 32)]
    [InlineData(OptimizerKind.Adam, 0.01, 32)]
    public void Every_optimizer_learns_in_stochastic_mini_batch_and_batch_descent(OptimizerKind kind, double rate, int batchSize)
    {
        TrainableNetwork network = TrainingData.Network();
        var options = new TrainingOptions
        {
            Optimizer = new OptimizerOptions(kind),
            LearningRate = LearningRateSchedule.Constant(batchSize == 1 ? rate / 10 : rate),
            BatchSize = batchSize,
            Epochs = batchSize == 0 ? 200 : 15,
        };
        Evaluation before = Evaluator.Evaluate(network, s_validation, options.Loss);
        TrainingResult result = new Trainer(network, s_train, s_validation, options).Run();
        Assert.Equal(options.Epochs, result.History.Count);
        Assert.True(result.History[^1].Validation!.ErrorPercent < 20, $"{result.History[^1].Validation!.ErrorPercent} % errors");
        Assert.True(result.History[^1].Validation!.Loss < before.Loss / 2);
        Assert.True(result.History[^1].Loss < result.History[0].Loss);
    }

    [Fact]
    public void The_result_is_the_same_to_the_bit_for_every_number_of_threads_and_another_for_another_seed()
    {
        Dataset wide = Dataset.Regression("wide", Shape.Flat(300), Noise(100 * 300, 1), Noise(100 * 70, 2), 70);
        uint[][] one = Train(1, 1), three = Train(3, 1), other = Train(1, 2);
        Assert.Equal(one, three);
        Assert.NotEqual(one, other);

        uint[][] Train(int threads, ulong seed)
        {
            TrainableNetwork network = TrainableNetwork.Perceptron(
                "wide", wide.InputShape, [130, 70], Activation.Tanh, Activation.Identity, seed: 1);
            var options = new TrainingOptions
            {
                Loss = LossKind.MeanSquaredError, Epochs = 3, BatchSize = 33, Seed = seed, Threads = threads,
            };
            new Trainer(network, wide, null, options).Run();
            return TrainingData.Bits(network);
        }
    }

    [Fact]
    public void Cancelling_and_running_again_goes_on_to_the_same_bits()
    {
        var options = new TrainingOptions { Epochs = 4, BatchSize = 16, Optimizer = new() { WeightDecay = 1e-3 } };
        TrainableNetwork whole = TrainingData.Network(), parts = TrainingData.Network();
        new Trainer(whole, s_train, s_validation, options).Run();
        using var source = new CancellationTokenSource();
        var trainer = new Trainer(parts, s_train, s_validation, options);
        Assert.Throws<OperationCanceledException>(() => trainer.Run(
            new Immediate<TrainingProgress>(progress =>
            {
                if (progress is { Epoch: 2, Step: 7 }) source.Cancel();
            }),
            source.Token));
        Assert.Single(trainer.History);
        TrainingResult result = trainer.Run();
        Assert.Equal(4, result.History.Count);
        Assert.Equal(TrainingData.Bits(whole), TrainingData.Bits(parts));
    }

    [Fact]
    public void Early_stopping_restores_the_weights_of_the_best_validation_epoch()
    {
        // Few samples and many steps: the validation part gets worse after a while.
        Dataset few = TrainingData.Clouds(30, 3);
        TrainableNetwork network = TrainingData.Network();
        var options = new TrainingOptions
        {
            Epochs = 500, BatchSize = 5, LearningRate = LearningRateSchedule.Constant(0.02), EarlyStopping = new EarlyStopping(4),
        };
        TrainingResult result = new Trainer(network, few, s_validation, options).Run();
        Assert.True(result.StoppedEarly);
        Assert.Equal(result.BestEpoch + 4, result.History.Count);
        Evaluation best = result.History[result.BestEpoch - 1].Validation!;
        Assert.All(result.History, epoch => Assert.False(epoch.Validation!.IsBetterThan(best)));
        Assert.Equal(best, Evaluator.Evaluate(network, s_validation, options.Loss));
    }

    [Fact]
    public void Progress_counts_steps_and_epochs_and_carries_the_figures()
    {
        var reports = new List<TrainingProgress>();
        var options = new TrainingOptions { Epochs = 3, BatchSize = 32, LearningRate = LearningRateSchedule.Linear(0.02, 0.01) };
        var trainer = new Trainer(TrainingData.Network(), s_train, s_validation, options);
        TrainingResult result = trainer.Run(new Immediate<TrainingProgress>(reports.Add));
        Assert.Equal(30, reports.Count);
        for (int i = 0; i < reports.Count; i++)
        {
            Assert.Equal((i / 10 + 1, 3, i % 10 + 1, 10), (reports[i].Epoch, reports[i].Epochs, reports[i].Step, reports[i].StepsPerEpoch));
            Assert.Equal(0.02 - 0.01 * (i + 0.5) / 30, reports[i].LearningRate, 12);
            Assert.Equal(i < 10 ? null : result.History[i / 10 - 1].Validation!.ErrorPercent, reports[i].ValidationErrorPercent);
            Assert.True(reports[i].Remaining >= TimeSpan.Zero);
        }

        Assert.Equal(result.History[2].Loss, reports[^1].Loss);
        Assert.Equal(result.History[2].TrainingErrorPercent, reports[^1].TrainingErrorPercent);
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        var allocated = new long[40];
        var trainer = new Trainer(TrainingData.Network(), s_train, null, new TrainingOptions { Epochs = 1, BatchSize = 8, Threads = 1 })
        {
            Hook = new StepHook(step => allocated[step] = GC.GetAllocatedBytesForCurrentThread()),
        };
        trainer.Run();
        Assert.Equal(allocated[5], allocated[35]);
    }

    [Fact]
    public void A_mask_survives_training_and_conversion()
    {
        TrainableNetwork network = TrainingData.Network();
        var random = new SeededRandom(4);
        foreach (Parameter weights in network.PrunableParameters)
        {
            weights.Freeze(Array.ConvertAll(weights.Values, _ => random.Next(4) == 0 ? Parameter.Live : Parameter.Removed));
        }

        int live = network.LiveWeightCount;
        new Trainer(network, s_train, null, new TrainingOptions { Epochs = 2, BatchSize = 16 }).Run();
        foreach (Parameter weights in network.PrunableParameters)
        {
            for (int i = 0; i < weights.Values.Length; i++)
            {
                if (weights.Mask![i] == Parameter.Removed) Assert.Equal(0u, FloatBits.Of(weights.Values[i]));
            }
        }

        Assert.Equal(live, network.ToNetwork().WeightCount);
    }

    [Fact]
    public void A_run_that_diverges_ends_with_one_clear_error()
    {
        var options = new TrainingOptions
        {
            Loss = LossKind.MeanSquaredError,
            Optimizer = new(OptimizerKind.GradientDescent),
            LearningRate = LearningRateSchedule.Constant(1e30),
        };
        var network = TrainableNetwork.Perceptron("clouds", Shape.Flat(5), [4, 3], Activation.Identity, Activation.Identity, 1);
        var error = Assert.Throws<EspalierException>(() => new Trainer(network, s_train, null, options).Run());
        Assert.Contains("diverged at epoch 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_and_options_that_do_not_fit_are_refused_with_a_reason()
    {
        TrainableNetwork network = TrainingData.Network();
        Dataset narrow = Dataset.Classification("narrow", Shape.Flat(4), new float[8], [0, 1], ["a", "b", "c"]);
        Dataset pair = Dataset.Classification("pair", Shape.Flat(5), new float[10], [0, 1], ["a", "b"]);
        Dataset soft = Dataset.Regression("soft", Shape.Flat(5), new float[5], [0.2f, 0.2f, 0.2f], 3);
        AssertRefused("samples of 4", narrow, null, new());
        AssertRefused("2 classes", pair, null, new());
        AssertRefused("sum to", soft, null, new());
        AssertRefused("is empty", s_train.Subset("none", []), null, new());
        AssertRefused("validation", s_train, null, new() { EarlyStopping = new() });
        AssertRefused("Epochs", s_train, null, new() { Epochs = 0 });
        AssertRefused("BatchSize", s_train, null, new() { BatchSize = -1 });
        AssertRefused("Threads", s_train, null, new() { Threads = -1 });
        AssertRefused("Patience", s_train, s_validation, new() { EarlyStopping = new(0) });

        void AssertRefused(string reason, Dataset train, Dataset? validation, TrainingOptions options)
        {
            var error = Assert.Throws<EspalierException>(() => new Trainer(network, train, validation, options));
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }
    }

    private static float[] Noise(int length, ulong seed)
    {
        var random = new SeededRandom(seed);
        var values = new float[length];
        foreach (ref float value in values.AsSpan()) value = (float)random.NextNormal();
        return values;
    }

    private sealed class StepHook(Action<long> before) : TrainingHook
    {
        public override void BeforeStep(long step) => before(step);
    }
}
