using System.Text.Json;
using Espalier.Pruning;
using Espalier.Pruning.Allocation;
using Espalier.Pruning.Criteria;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Allocation;

public sealed class SensitivityScanTests
{
    private const LossKind Loss = LossKind.CategoricalCrossEntropy;

    [Fact]
    public void Each_point_is_the_network_with_that_layer_alone_pruned()
    {
        TrainableNetwork network = PruningRun.Dense();
        uint[][] bits = TrainingData.Bits(network);
        var told = new List<double>();
        SensitivityScan scan = Scan(network, [0.5, 1, 0.1], told);
        Assert.Equal(bits, TrainingData.Bits(network));
        Assert.Equal(1, told[^1]);
        Assert.Equal(told.Order(), told);
        Assert.Equal(Evaluator.Evaluate(network, PruningRun.Validation, Loss), scan.Dense);
        Assert.Equal(["fc1.weights", "fc2.weights"], scan.Layers.Select(layer => layer.Name));
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(network.PrunableParameters[i].Values.Length, scan.Layers[i].Live);
            Assert.Equal(scan.Dense, scan.Layers[i].Points[0].After);
            foreach (SensitivityPoint point in scan.Layers[i].Points)
            {
                TrainableNetwork alone = network.Clone();
                int[] counts = [.. alone.PrunableParameters.Select(layer => layer.LiveCount)];
                counts[i] = point.Weights;
                new MagnitudeCriterion().Remove(new PruningContext(alone, PruningRun.Train, Loss), RemovalBudget.PerLayer(counts));
                Assert.Equal(Evaluator.Evaluate(alone, PruningRun.Validation, Loss), point.After);
            }
        }
    }

    [Fact]
    public void The_scan_is_a_chart_a_table_and_an_object()
    {
        SensitivityScan scan = Scan(PruningRun.Dense(), [0.5, 0.2], []);
        Assert.Contains("fc2.weights", scan.ToChart().ToSvg(), StringComparison.Ordinal);
        string[] lines = scan.ToCsv().TrimEnd('\n').Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("fc1.weights,0.5,", lines[1].Replace("0.5052631578947369", "0.5", StringComparison.Ordinal),
            StringComparison.Ordinal);
        string json = JsonSerializer.Serialize(scan);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<SensitivityScan>(json)));
    }

    [Fact]
    public void Impossible_fractions_are_refused() => Assert.Contains("give a number above 0 and up to 1",
        Assert.Throws<EspalierException>(() => Scan(PruningRun.Dense(), [0.5, 0], [])).Message, StringComparison.Ordinal);

    private static SensitivityScan Scan(TrainableNetwork network, double[] fractions, List<double> told) => SensitivityScan.Run(
        new PruningContext(network, PruningRun.Train, Loss), PruningRun.Validation, new MagnitudeCriterion(), fractions,
        new Immediate<double>(told.Add));
}
