using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Layerwise;
using Espalier.Pruning.Units;
using Espalier.Pruning.Units.Criteria;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Cli.Reproduction.Experiments.MidtermReport;

/// <summary>The ways down from one dense network: each goes from level to level, from what the level before has left.</summary>
/// <param name="train">What the network was trained on.</param>
/// <param name="test">What accuracy is of; nothing is chosen by it.</param>
/// <param name="retraining">The three retraining iterations: epochs after each level.</param>
/// <param name="report">Told the part of a way that is done, 0 to 1.</param>
/// <param name="cancellation">Ends the work.</param>
internal sealed class CompressionMethods(
    Dataset train, Dataset test, TrainingOptions retraining, Action<double> report, CancellationToken cancellation)
{
    private const LossKind Loss = LossKind.CategoricalCrossEntropy;

    /// <summary>Magnitude, each layer by itself, nothing retrained.</summary>
    public CompressionCurve Magnitude(Network dense, IReadOnlyList<double> levels) =>
        Weights("magnitude", dense, levels, new MagnitudeCriterion(), null);

    /// <summary>Layer-wise OBS, its inverse computed anew after every <paramref name="interval"/> deletions.</summary>
    public CompressionCurve LayerwiseObs(Network dense, IReadOnlyList<double> levels, int interval, bool isRetrained) => Weights(
        isRetrained ? "L-OBS, retrained" : "L-OBS", dense, levels, new LayerwiseObs { Interval = interval },
        isRetrained ? retraining : null);

    /// <summary>
    /// Inputs and hidden units by significance until the part <paramref name="last"/> of the weights is gone; ranked anew each time.
    /// </summary>
    public CompressionCurve Significance(Network dense, double last, int unitsPerRound, bool isRetrained)
    {
        TrainableNetwork network = TrainableNetwork.FromNetwork(dense);
        var options = new UnitPruningOptions
        {
            Criterion = new SignificanceCriterion(), PruneInputs = true, FoldMeans = true, UnitsPerRound = unitsPerRound,
            Retraining = isRetrained ? retraining : null,
        };
        var points = new List<CompressionPoint> { Measure(network) };
        int units = network.Layers.Sum(layer => layer.InputShape.Length);
        while (points[^1].Compression < last && (units -= unitsPerRound) >= network.Layers.Count)
        {
            new UnitPruner(network, train, null, Loss, options).Run(UnitTarget.Count(units), null, cancellation);
            points.Add(Measure(network));
            report(points[^1].Compression / last);
        }

        return new CompressionCurve(isRetrained ? "N2PS (reconstruction), retrained" : "N2PS (reconstruction)", points);
    }

    private CompressionCurve Weights(
        string name, Network dense, IReadOnlyList<double> levels, PruningCriterion criterion, TrainingOptions? training)
    {
        TrainableNetwork network = TrainableNetwork.FromNetwork(dense);
        var options = new PruningOptions { Criterion = criterion, Scope = PruningScope.PerLayer, Retraining = training };
        var points = new List<CompressionPoint> { Measure(network) };
        foreach (double level in levels)
        {
            new Pruner(network, train, null, Loss, options).Run(PruningTarget.Fraction(1 - level), null, cancellation);
            points.Add(Measure(network));
            report((double)(points.Count - 1) / levels.Count);
        }

        return new CompressionCurve(name, points);
    }

    private CompressionPoint Measure(TrainableNetwork network) => new(
        1 - (double)network.LiveWeightCount / network.WeightCount, 100 - Evaluator.Evaluate(network, test, Loss).ErrorPercent!.Value);
}
