using System.Diagnostics;
using System.Globalization;
using System.Text;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Bench;

/// <summary>
/// LeNet-300-100 and LeNet-5 on MNIST: the time of a training epoch beside PyTorch's, in one run, and the errors of the dense and the
/// pruned LeNet-300-100. Hyper-parameters are the command line's defaults; nothing is chosen by the test set.
/// </summary>
internal static class LeNetTable
{
    private const int BatchSize = 128, ConvolutionBatchSize = 64, ConvolutionSamples = 12_800,
        TimedEpochs = 7, DenseEpochs = 20, PruningEpochs = 20, FineTuningEpochs = 20;
    private static readonly int[] s_widths = [300, 100, 10];

    /// <summary>Measures all and gives the page; needs the folder of data sets in ESPALIER_DATA.</summary>
    public static string Measure()
    {
        DataSplit mnist = new DataCatalog().Load("mnist");
        var text = new StringBuilder();
        text.Append("# LeNet-300-100 and LeNet-5 on MNIST\n\n").Append(ResultFolder.Machine()).Append('\n');
        AppendEpochs(text, "lenet-300-100", mnist.Train, BatchSize);
        AppendEpochs(text, "lenet-5-caffe", mnist.Train.Slice("mnist", 0, ConvolutionSamples), ConvolutionBatchSize);
        AppendErrors(text, mnist);
        return text.ToString();
    }

    private static void AppendEpochs(StringBuilder text, string architecture, Dataset train, int batch)
    {
        text.Append(CultureInfo.InvariantCulture, $"## An epoch of training: {architecture}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{train.Count:#,0} samples, batch {batch}, Adam; ");
        text.Append(CultureInfo.InvariantCulture, $"median of {TimedEpochs - 1} epochs after a first one, ");
        text.Append("one after the other in one run. ");
        text.Append("PyTorch with one BLAS thread or as many as its own, whichever is faster.\n\n");
        text.Append("| trainer | threads | seconds | times Espalier on as many threads |\n| --- | ---: | ---: | ---: |\n");
        foreach (int threads in (int[])[1, 2])
        {
            double own = MeasureOwn(architecture, train, batch, threads);
            Row("Espalier", threads, own, own);
            (string? version, double seconds, string? missing) =
                TorchBaseline.Measure(architecture, threads, TimedEpochs, train.Count, batch);
            if (missing is null) Row($"PyTorch {version}", threads, seconds, own);
            else text.Append(CultureInfo.InvariantCulture, $"| PyTorch ({missing}) | {threads} | - | - |\n");
        }

        text.Append('\n');

        void Row(string name, int threads, double seconds, double own) =>
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {threads} | {seconds:0.000} | {seconds / own:0.00} |\n");
    }

    private static double MeasureOwn(string architecture, Dataset train, int batch, int threads)
    {
        var clock = new EpochClock();
        TrainableNetwork network = Architecture.Find(architecture).Create("timed", train.InputShape, 10, Activation.Softmax, seed: 1);
        new Trainer(network, train, null, Options(TimedEpochs, 1) with { BatchSize = batch, Threads = threads }).Run(clock);
        double[] seconds = [.. clock.EpochSeconds.Skip(1).Order()];
        return seconds[seconds.Length / 2];
    }

    private static void AppendErrors(StringBuilder text, DataSplit mnist)
    {
        text.Append("## Errors of LeNet-300-100\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Dense: {DenseEpochs} epochs of Adam, rate 0.0015 falling in a line to a hundredth, ");
        text.Append("weight decay 0.0001. ");
        text.Append(CultureInfo.InvariantCulture, $"Pruned: global magnitude, cubic schedule over {PruningEpochs} epochs at rate 0.0015, ");
        text.Append(CultureInfo.InvariantCulture, $"then {FineTuningEpochs} epochs of the survivors. ");
        text.Append("A tenth of the training samples is set aside for validation. Seeds 1 to 3.\n\n");
        text.Append("| network | weights | test error, seed 1 | seed 2 | seed 3 | mean | seconds |\n");
        text.Append("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        var dense = new List<TrainableNetwork>();
        Row("dense", seed =>
        {
            (Dataset train, Dataset validation) = DatasetSplitter.CarveValidation(mnist.Train, 0.1, seed);
            TrainableNetwork network = NewNetwork(seed);
            TrainingOptions options = Options(DenseEpochs, seed) with { LearningRate = LearningRateSchedule.Linear(1.5e-3, 1.5e-5) };
            new Trainer(network, train, validation, options).Run();
            dense.Add(network);
            return network;
        });
        foreach (double kept in (double[])[0.08, 0.05, 0.025])
        {
            Row("pruned", seed => Prune(dense[(int)seed - 1].Clone(), mnist, kept, seed));
        }

        void Row(string name, Func<ulong, TrainableNetwork> make)
        {
            var watch = Stopwatch.StartNew();
            TrainableNetwork[] networks = [make(1), make(2), make(3)];
            double seconds = watch.Elapsed.TotalSeconds / networks.Length;
            double[] errors = [.. networks.Select(network => TestErrorPercent(network, mnist.Test))];
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {networks[0].LiveWeightCount:#,0} | ");
            double[] columns = [.. errors, errors.Average()];
            foreach (double percent in columns) text.Append(CultureInfo.InvariantCulture, $"{percent:0.00} % | ");
            text.Append(CultureInfo.InvariantCulture, $"{seconds:0.0} |\n");
        }
    }

    private static double TestErrorPercent(TrainableNetwork network, Dataset test) =>
        Evaluator.Evaluate(network, test, LossKind.CategoricalCrossEntropy).ErrorPercent!.Value;

    private static TrainableNetwork Prune(TrainableNetwork network, DataSplit mnist, double kept, ulong seed)
    {
        (Dataset train, Dataset validation) = DatasetSplitter.CarveValidation(mnist.Train, 0.1, seed);
        new GradualPruner(network, train, validation, new GradualPruningOptions
        {
            Training = Options(PruningEpochs, seed) with { LearningRate = LearningRateSchedule.Constant(1.5e-3) },
            FineTuning = Options(FineTuningEpochs, seed + 1) with { LearningRate = LearningRateSchedule.Linear(1.5e-3, 1.5e-5) },
        }).Run(PruningTarget.Fraction(kept));
        return network;
    }

    private static TrainableNetwork NewNetwork(ulong seed) =>
        TrainableNetwork.Perceptron("LeNet300", new Shape(1, 28, 28), s_widths, Activation.Relu, Activation.Softmax, seed);

    private static TrainingOptions Options(int epochs, ulong seed) => new()
    {
        Epochs = epochs,
        BatchSize = BatchSize,
        Seed = seed,
        Optimizer = new OptimizerOptions(OptimizerKind.Adam) { WeightDecay = 1e-4 },
    };

    private sealed class EpochClock : IProgress<TrainingProgress>
    {
        private double _last;

        public List<double> EpochSeconds { get; } = [];

        public void Report(TrainingProgress value)
        {
            if (value.Step < value.StepsPerEpoch) return;
            EpochSeconds.Add(value.Elapsed.TotalSeconds - _last);
            _last = value.Elapsed.TotalSeconds;
        }
    }
}
