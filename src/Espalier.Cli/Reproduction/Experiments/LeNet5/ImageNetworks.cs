using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Reproduction.Experiments.LeNet5;

/// <summary>
/// Networks of <see cref="Architecture"/> on a set of images, all trained by one recipe: 10 epochs of Adam with steps of 64 samples, a rate
/// that falls in a line from 0.001 to 0.00001, and L2 0.0001. On the last 5,000 training images of MNIST, kept back, the Caffe form then
/// errs in 0.64 % (0.74 % with L2 0.0005). On the small scale there are few samples and one epoch.
/// </summary>
internal sealed class ImageNetworks
{
    private const LossKind Loss = LossKind.CategoricalCrossEntropy;
    private const double Rate = 1e-3, FinalRate = 1e-5, Decay = 1e-4;
    private const int QuickSamples = 2000, DenseEpochs = 10, BatchSize = 64;

    private readonly ExperimentRun _run;
    private readonly string _data;

    /// <summary>Loads the data.</summary>
    /// <param name="run">The run.</param>
    /// <param name="data">The name of the data set.</param>
    public ImageNetworks(ExperimentRun run, string data)
    {
        (_run, _data) = (run, data);
        DataSplit split = run.Data.Load(data);
        Train = run.Quick ? split.Train.Slice(split.Train.Name, 0, QuickSamples) : split.Train;
        Test = run.Quick ? split.Test.Slice(split.Test.Name, 0, QuickSamples) : split.Test;
    }

    /// <summary>The training samples; all of them, since the recipe was fixed before.</summary>
    public Dataset Train { get; }

    /// <summary>The test samples.</summary>
    public Dataset Test { get; }

    /// <summary>The test error in percent.</summary>
    public double TestError(Network network) => Evaluator.Evaluate(TrainableNetwork.FromNetwork(network), Test, Loss).ErrorPercent!.Value;

    /// <summary>A dense network.</summary>
    /// <param name="architecture">Its <see cref="Architecture.Name"/>.</param>
    /// <param name="seed">Decides starting weights, the order of the samples, and dropout.</param>
    public Network Dense(string architecture, ulong seed)
    {
        string words = FormattableString.Invariant(
            $"{architecture} on {_data}, Adam {Rate} to {FinalRate}, L2 {Decay}, {DenseEpochs} epochs of {BatchSize}, seed {seed}");
        return _run.Model($"{_data}-{architecture}-{seed}", _run.Quick ? words + ", small scale" : words, () =>
        {
            string name = architecture.Replace('-', '_');
            TrainableNetwork network = Architecture.Find(architecture)
                .Create(name, Train.InputShape, Train.TargetLength, Activation.Softmax, seed);
            new Trainer(network, Train, null, Recipe(DenseEpochs, seed))
                .Run(
                    new TrainingMeter((fraction, text) => _run.Report(fraction, $"{architecture}, seed {seed}: {text}")),
                    _run.Cancellation);
            return network.ToNetwork();
        });
    }

    /// <summary>The recipe for as many epochs; one on the small scale.</summary>
    public TrainingOptions Recipe(int epochs, ulong seed) => new()
    {
        Loss = Loss,
        Epochs = _run.Quick ? 1 : epochs,
        BatchSize = BatchSize,
        LearningRate = LearningRateSchedule.Linear(Rate, FinalRate),
        Optimizer = new OptimizerOptions { WeightDecay = Decay },
        Seed = seed,
    };
}
