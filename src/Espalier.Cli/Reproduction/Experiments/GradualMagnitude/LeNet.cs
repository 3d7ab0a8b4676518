using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Inference.Baselines;
using Espalier.Pruning;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Reproduction.Experiments.GradualMagnitude;

/// <summary>
/// A LeNet on 28 x 28 images that ends in softmax, and the trainings that several experiments share. On the small scale there are few
/// samples and a twentieth of the epochs.
/// </summary>
internal sealed class LeNet
{
    /// <summary>The weights of the dense LeNet-300-100, biases not counted.</summary>
    public const int Weights = 784 * 300 + 300 * 100 + 100 * 10;

    /// <summary>The rate of all trainings that say no other.</summary>
    public const double Rate = 1.5e-3;

    private const LossKind Loss = LossKind.CategoricalCrossEntropy;
    private const double FinalRate = 1e-5;
    private const int QuickSamples = 3000, QuickEpochDivisor = 20;
    private const double DenseDecay = 1e-4;

    private readonly ExperimentRun _run;
    private readonly Architecture _architecture;
    private readonly int _denseEpochs;

    /// <summary>Loads the data.</summary>
    /// <param name="run">The run.</param>
    /// <param name="data">The name of the data set.</param>
    /// <param name="architecture">The name of the network's form.</param>
    /// <param name="denseEpochs">The epochs of a dense network.</param>
    public LeNet(ExperimentRun run, string data, string architecture = "lenet-300-100", int denseEpochs = 20)
    {
        (_run, _architecture, _denseEpochs) = (run, Architecture.Find(architecture), denseEpochs);
        DataSplit split = run.Data.Load(data);
        Train = run.Quick ? split.Train.Slice(split.Train.Name, 0, QuickSamples) : split.Train;
        Test = run.Quick ? split.Test.Slice(split.Test.Name, 0, QuickSamples) : split.Test;
        WeightCount = Start(seed: 1).WeightCount;
    }

    /// <summary>The weights of the dense network, biases not counted.</summary>
    public int WeightCount { get; }

    /// <summary>The training samples; all of them, since every recipe was fixed before, on the last 10,000 of them.</summary>
    public Dataset Train { get; }

    /// <summary>The test samples.</summary>
    public Dataset Test { get; }

    /// <summary>A number of epochs at this run's scale.</summary>
    public int Epochs(int epochs) => _run.Quick ? Math.Max(1, epochs / QuickEpochDivisor) : epochs;

    /// <summary>The test error in percent.</summary>
    public double TestError(Network network) => Evaluator.Evaluate(TrainableNetwork.FromNetwork(network), Test, Loss).ErrorPercent!.Value;

    /// <summary>A network at its starting weights.</summary>
    public TrainableNetwork Start(ulong seed) => Start(_architecture, Train.InputShape, seed);

    /// <summary>A network for images of <paramref name="shape"/> at its starting weights.</summary>
    public static TrainableNetwork Start(Architecture architecture, Shape shape, ulong seed) =>
        architecture.Create("lenet", shape, 10, Activation.Softmax, seed);

    /// <summary>A dense network after its epochs, in which the rate falls in a line.</summary>
    public Network Dense(ulong seed) => _run.Model(
        $"dense-{seed}",
        Scaled(FormattableString.Invariant($"dense, L2 {DenseDecay}, {_denseEpochs} epochs, seed {seed}")),
        () =>
        {
            TrainableNetwork network = Start(seed);
            new Trainer(network, Train, null, Falling(_denseEpochs, DenseDecay, seed))
                .Run(new TrainingMeter((fraction, text) => _run.Report(fraction, $"dense network {seed}: {text}")), _run.Cancellation);
            return network.ToNetwork();
        });

    /// <summary>The dense network pruned gradually.</summary>
    public Network Gradual(GradualRecipe recipe) => Timed(recipe.Name, recipe.Words, () =>
    {
        TrainableNetwork network = TrainableNetwork.FromNetwork(Dense(recipe.Seed));
        Dataset train = recipe.Mirrored ? MirrorImages.Add(Train) : Train;
        if (recipe.Teachers > 0)
        {
            train = Teaching.Targets(
                train, [.. Enumerable.Range(1, recipe.Teachers).Select(seed => Answers(Dense((ulong)seed), train))]);
        }

        TrainingOptions tuning = Falling(recipe.TuningEpochs, recipe.Decay, recipe.Seed + 1000, recipe.Rate);
        new GradualPruner(network, train, null, new GradualPruningOptions
        {
            Criterion = CriterionCatalog.Create(recipe.Criterion),
            Training = tuning with
            {
                Epochs = Epochs(recipe.PruningEpochs), Seed = recipe.Seed, LearningRate = LearningRateSchedule.Constant(recipe.Rate),
            },
            FineTuning = tuning,
        }).Run(PruningTarget.Count(Count(recipe.Ratio)), Meter(recipe.Name), _run.Cancellation);
        return network.ToNetwork();
    });

    /// <summary>The number of weights that are left at a ratio.</summary>
    public int Count(double ratio) => (int)(WeightCount / ratio);

    /// <summary>A training whose rate falls in a line to its end.</summary>
    public TrainingOptions Falling(int epochs, double decay, ulong seed, double rate = Rate) => new()
    {
        Epochs = Epochs(epochs),
        BatchSize = 100,
        LearningRate = LearningRateSchedule.Linear(rate, FinalRate),
        Optimizer = new OptimizerOptions { WeightDecay = decay },
        Seed = seed,
    };

    /// <summary>Reports where a pruning run stands.</summary>
    public PruningMeter Meter(string what) => new((fraction, text) => _run.Report(fraction, $"{what}: {text}"));

    /// <summary>A network, with the processor time that it took to make as <see cref="Seconds"/>.</summary>
    public Network Timed(string name, string words, Func<Network> work) => _run.Model(name, Scaled(words), () =>
    {
        (Network network, double seconds) = ProcessorTime.Of(work);
        _run.Part(name + "-seconds", Scaled(words), () => seconds);
        return network;
    });

    /// <summary>The processor time in seconds, of all cores together, that the network of this name took.</summary>
    /// <exception cref="EspalierException">The folder has the network, but not its time.</exception>
    public double Seconds(string name, string words) => _run.Part<double>(name + "-seconds", Scaled(words), () =>
        throw new EspalierException($"{name}: the folder has this network without the time that it took; run again with --fresh."));

    /// <summary>What a teacher says of the samples; dense layers alone are fastest over packed weights.</summary>
    private static float[] Answers(Network teacher, Dataset train)
    {
        if (!teacher.Layers.All(layer => layer is DenseLayer))
        {
            return Evaluator.Predict(TrainableNetwork.FromNetwork(teacher), train, Loss);
        }

        using var contender = new DensePackedContender(teacher);
        var said = new float[train.Count * contender.OutputLength];
        contender.PredictBatch(train.Inputs, said);
        return said;
    }

    private string Scaled(string words) => _run.Quick ? words + ", small scale" : words;
}
