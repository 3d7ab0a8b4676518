using Espalier.Cli.Reproduction.Experiments.GradualMagnitude;
using Espalier.Cli.Reproduction.Experiments.LeNet5;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Gates;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Reproduction.Experiments.L0;

/// <summary>
/// A LeNet on MNIST, trained under noise. Settings were chosen on the last 5,000 images, in trainings on the other 55,000. Gates are
/// trained and followed that way here too; variational dropout, whose settings were fixed by then, on all images, as its authors train.
/// On the small scale there are few images and a higher rate.
/// </summary>
internal sealed class NoisyLeNet
{
    private const LossKind Loss = LossKind.CategoricalCrossEntropy;
    private const int HeldOut = 5000, QuickSamples = 2000;
    private const double Rate = 1e-3, GateRate = 2e-3, DropRate = 0.2, WarmUp = 1 / 8.0;

    private readonly ExperimentRun _run;
    private readonly NoisyPlan _plan;
    private readonly Dataset _all, _train, _validation, _test;

    /// <summary>Loads the data.</summary>
    public NoisyLeNet(ExperimentRun run, NoisyPlan plan)
    {
        (_run, _plan) = (run, plan);
        DataSplit mnist = run.Data.Load("mnist");
        int all = run.Quick ? QuickSamples : mnist.Train.Count, held = run.Quick ? QuickSamples / 4 : HeldOut;
        _all = mnist.Train.Slice("mnist train", 0, all);
        _train = mnist.Train.Slice("mnist train", 0, all - held);
        _validation = mnist.Train.Slice("mnist validation", all - held, held);
        _test = run.Quick ? mnist.Test.Slice("mnist test", 0, QuickSamples) : mnist.Test;
        DenseWeights = Start().WeightCount;
    }

    /// <summary>The weights of the dense network, biases not counted.</summary>
    public int DenseWeights { get; }

    /// <summary>Training under L0 gates on inputs, drawn for each sample.</summary>
    /// <param name="name">The part's name.</param>
    /// <param name="lambda">What an expected weight costs, for all layers or for each.</param>
    /// <param name="epochs">Passes through the training part.</param>
    public NoisyOutcome Gated(string name, double[] lambda, int epochs)
    {
        TrainingOptions training = Training(epochs, GateRate, noisy: true);
        string recipe = $"gates per sample, lambda {string.Join(", ", lambda)}, drop rate {DropRate}, {Words(training, _train)}";
        return Outcome(name, recipe, _train, network =>
            new L0Pruner(network, _train, _validation, new L0Options
            {
                Lambda = lambda, GatePerSample = true, DropRate = DropRate, Training = training,
            }).Run(Meter(name), _run.Cancellation));
    }

    /// <summary>Training under variational dropout, on all images.</summary>
    /// <param name="name">The part's name.</param>
    /// <param name="epochs">Passes through the images; the divergence warms up in the first eighth.</param>
    public NoisyOutcome Variational(string name, int epochs)
    {
        TrainingOptions training = Training(epochs, Rate, noisy: true);

        // The divergence of all weights is divided by the number of images: one image counts against as much of it as where it was chosen.
        double scale = _plan.DivergenceScale * _all.Count / _train.Count;
        string recipe = FormattableString.Invariant(
            $"variational dropout, log variance from {_plan.StartLogVariance}, divergence times {scale:0.000}, ") +
            FormattableString.Invariant($"warm-up {WarmUp} of all epochs, {Words(training, _all)}");
        return Outcome(name, recipe, _all, network =>
            new VariationalDropoutPruner(network, _all, null, new VariationalDropoutOptions
            {
                Training = training, DivergenceScale = scale, WarmUpEpochs = WarmUp * training.Epochs,
                StartLogVariance = _plan.StartLogVariance,
            }).Run(Meter(name), _run.Cancellation));
    }

    private NoisyOutcome Outcome(string name, string recipe, Dataset train, Func<TrainableNetwork, StochasticPruningLog> prune)
    {
        TrainingOptions dense = Training(_plan.DenseEpochs, Rate), tuning = Training(_plan.TuningEpochs, Rate);
        return _run.Part(name, $"{recipe}, from a dense network ({Words(dense, _train)}), fine-tuned ({Words(tuning, train)})", () =>
        {
            TrainableNetwork network = TrainableNetwork.FromNetwork(Dense(dense));
            StochasticPruningLog log = prune(network);
            double error = TestError(network);
            new Trainer(network, train, null, tuning)
                .Run(new TrainingMeter((fraction, text) => _run.Report(fraction, $"{name}, fine-tuning: {text}")), _run.Cancellation);
            return new NoisyOutcome(error, TestError(network), LiveSizes.Of(network.ToNetwork()), log.Layers, log.Epochs);
        });
    }

    private Network Dense(TrainingOptions training) => _run.Model("dense", Words(training, _train), () =>
    {
        TrainableNetwork network = Start();
        new Trainer(network, _train, null, training).Run(null, _run.Cancellation);
        return network.ToNetwork();
    });

    private TrainableNetwork Start() => LeNet.Start(Architecture.Find(_plan.Architecture), _train.InputShape, seed: 1);

    private double TestError(TrainableNetwork network) => Evaluator.Evaluate(network, _test, Loss).ErrorPercent!.Value;

    // Adam at a rate that falls to 0 in a line.
    private TrainingOptions Training(int epochs, double rate, bool noisy = false) => new()
    {
        Loss = Loss,
        Epochs = _run.Quick ? _plan.QuickEpochs : epochs,
        BatchSize = 100,
        LearningRate = LearningRateSchedule.Linear(_run.Quick && noisy ? _plan.QuickRate : rate, 0),
    };

    private PruningMeter Meter(string what) => new((fraction, text) => _run.Report(fraction, $"{what}: {text}"));

    private static string Words(TrainingOptions training, Dataset train) => FormattableString.Invariant(
        $"{training.Epochs} epochs of {train.Count} images from rate {training.LearningRate.Initial}");
}
