using System.Security.Cryptography;
using System.Text;
using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Compression;
using Espalier.Compression.Sharing;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Reporting;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Reproduction.Experiments.DeepCompression;

/// <summary>Prune, share, train the shared weights, code; each step is done once and then taken from the run's folder.</summary>
internal sealed class DeepCompressionWork(
    ExperimentRun run, DeepCompressionPlan plan, Dataset train, Dataset validation, Dataset test, ulong seed = 1)
{
    private const LossKind Loss = LossKind.CategoricalCrossEntropy;

    /// <summary>Trains the dense network.</summary>
    public Network Train(double rate, double decay)
    {
        TrainingOptions options = Options(plan.DenseEpochs, LearningRateSchedule.Linear(rate, rate / 100), decay);
        return run.Model("dense", $"{train.Count} samples, {options}", () =>
        {
            TrainableNetwork network = Architecture.Find(plan.Architecture).Create(
                plan.NetworkName, train.InputShape, train.ClassNames.Count, Activation.Softmax, seed);
            new Trainer(network, train, null, options).Run(Meter(), run.Cancellation);
            return network.ToNetwork();
        });
    }

    /// <summary>Prunes it while training, then trains on; dead units go. The validation part is for the progress only.</summary>
    /// <param name="dense">The dense network.</param>
    /// <param name="ratio">How many times fewer weights are left.</param>
    /// <param name="criterion">What a weight is worth, by its name in the catalog.</param>
    /// <param name="rate">The rate, which falls in the second half.</param>
    /// <param name="decay">The coupled L2 term.</param>
    public Network Prune(Network dense, int ratio, string criterion, double rate, double decay)
    {
        TrainingOptions pruning = Options(plan.PruningEpochs, LearningRateSchedule.Constant(rate), decay);
        TrainingOptions tuning = Options(plan.PruningEpochs, LearningRateSchedule.Linear(rate, rate / 100), decay) with { Seed = seed + 1 };
        string recipe = $"{criterion}, {train.Count} samples, dense {plan.DenseEpochs} epochs, {pruning}, {tuning}";
        return run.Model($"pruned-{ratio}x", $"{ratio}x, {recipe}", () =>
        {
            TrainableNetwork network = TrainableNetwork.FromNetwork(dense);
            var options = new GradualPruningOptions
            {
                Criterion = CriterionCatalog.Create(criterion), Training = pruning, FineTuning = tuning,
            };
            var meter = new PruningMeter(run.Report);
            new GradualPruner(network, train, validation, options).Run(PruningTarget.Fraction(1.0 / ratio), meter, run.Cancellation);
            return UnitCompaction.DropDeadUnits(network.ToNetwork());
        });
    }

    /// <summary>
    /// Shares the weights of a pruned network, trains them, and writes the file; what is evaluated is read from it again.
    /// </summary>
    public CompressedNetwork Compress(
        Network pruned, int ratio, WeightSharingOptions sharing, int epochs, double rate, CompressionOptions coding)
    {
        TrainingOptions options = Options(epochs, LearningRateSchedule.Linear(rate, rate / 100), decay: 0);
        string bits = string.Join('-', sharing.LayerBits ?? [sharing.Bits]);
        string name = $"shared-{ratio}x-{bits}-{sharing.BiasBits ?? 32}-{sharing.Start}";
        Network shared = run.Model(name, $"{ContentOf(pruned)}, {sharing}, {options}", () =>
        {
            SharedNetwork network = SharedNetwork.Share(TrainableNetwork.FromNetwork(pruned), sharing);
            network.Train(train, null, options, Meter(), run.Cancellation);
            return network.ToNetwork();
        });
        Network sorted = UnitCompaction.SortUnits(shared);
        CompressedModel file = CompressedModel.Write(sorted, coding);
        TrainableNetwork decoded = TrainableNetwork.FromNetwork(CompressedModel.Read(file.Bytes));
        return new CompressedNetwork(
            ratio, sharing, file, CompressedModel.Write(sorted).Bytes.Length,
            CompressedModel.Write(sorted, new CompressionOptions { GapCoding = GapCoding.Relative }).Bytes.Length,
            ErrorOf(decoded, validation), ErrorOf(decoded, test));
    }

    /// <summary>Error against bits for each start, before and after the shared weights are trained.</summary>
    public IReadOnlyList<ChartSeries> CompareStarts(Network pruned, double rate)
    {
        TrainingOptions options = Options(plan.StartEpochs, LearningRateSchedule.Linear(rate, rate / 100), decay: 0);
        var series = new List<ChartSeries>();
        foreach (CentroidStart start in Enum.GetValues<CentroidStart>())
        {
            var before = new List<(double, double)>();
            var after = new List<(double, double)>();
            foreach (int bits in plan.StartBits)
            {
                var sharing = new WeightSharingOptions { Bits = bits, Start = start };
                double[] errors = run.Part($"start-{start}-{bits}", $"{ContentOf(pruned)}, {sharing}, {options}", () =>
                {
                    SharedNetwork network = SharedNetwork.Share(TrainableNetwork.FromNetwork(pruned), sharing);
                    double clustered = ErrorOf(network.Network, test);
                    network.Train(train, null, options, null, run.Cancellation);
                    return (double[])[clustered, ErrorOf(network.Network, test)];
                });
                before.Add((bits, errors[0]));
                after.Add((bits, errors[1]));
                int done = series.Count / 2 * plan.StartBits.Count + before.Count;
                run.Report(done / (3.0 * plan.StartBits.Count), $"{start} start, {bits} bits");
            }

            series.Add(new ChartSeries($"{start}, raw".ToLowerInvariant(), before, Dashed: true));
            series.Add(new ChartSeries($"{start}".ToLowerInvariant(), after));
        }

        return series;
    }

    private static double ErrorOf(TrainableNetwork network, Dataset data) => Evaluator.Evaluate(network, data, Loss).ErrorPercent!.Value;

    private static string ContentOf(Network network) =>
        "network " + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(ModelWriter.ToText(network))));

    private TrainingOptions Options(int epochs, LearningRateSchedule rate, double decay) => new()
    {
        Loss = Loss,
        Epochs = epochs,
        BatchSize = 100,
        Seed = seed,
        LearningRate = rate,
        Optimizer = new OptimizerOptions { WeightDecay = decay },
    };

    private TrainingMeter Meter() => new(run.Report);
}
