using System.Globalization;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Layerwise;
using Espalier.Reporting;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>Net-Trim on two spirals, in both forms.</summary>
internal sealed class NetTrimExperiment : Experiment
{
    /// <summary>The relative mismatch at which the paper counts its weights.</summary>
    private const double PublishedMismatch = 0.046;

    private static readonly int[] s_published = [362, 2663, 131];

    /// <inheritdoc/>
    public override string Name => "net-trim";

    /// <inheritdoc/>
    public override string Title => "Net-Trim: a convex program for each layer";

    /// <inheritdoc/>
    public override string Source =>
        "Aghasi, Abdi, Nguyen and Romberg, Net-Trim: Convex pruning of deep neural networks with performance guarantee, 2017: two "
        + "spirals, a 2-200-200-2 network, no retraining. The spirals are drawn anew here (200 samples each), so "
        + "counts can be compared in size only.";

    /// <inheritdoc/>
    public override ReproductionResult Run(ExperimentRun run)
    {
        (int width, int perClass, int epochs) = run.Quick ? (30, 50, 200) : (200, 200, 400);
        Dataset data = Spirals(perClass);
        string recipe = $"2-{width}-{width}-2 ReLU, {perClass} samples a spiral, Adam 2e-3, batch 50, {epochs} epochs";
        run.Stage(0, 0.2, "training");
        Network dense = run.Model("dense", recipe, () => Train(data, width, epochs, run.Cancellation));
        double[] epsilons = run.Quick ? [0.02, 0.1] : [0.005, 0.01, 0.02, 0.05, 0.1];
        var rows = new List<ReproductionRow>();
        var table = new List<IReadOnlyList<string>>();
        var series = new List<ChartSeries>();
        foreach (NetTrimForm form in Enum.GetValues<NetTrimForm>())
        {
            run.Stage(form == NetTrimForm.Parallel ? 0.2 : 0.6, form == NetTrimForm.Parallel ? 0.6 : 1, $"{form} form");
            List<NetTrimOutcome> outcomes = [.. epsilons.Select((epsilon, i) => run.Part(
                string.Create(CultureInfo.InvariantCulture, $"{form}-{epsilon}"), $"{recipe}, {form}", () =>
                {
                    run.Report((double)i / epsilons.Length, string.Create(CultureInfo.InvariantCulture, $"{form} form, epsilon {epsilon}"));
                    return Prune(dense, data, form, epsilon, run.Cancellation);
                }))];
            AddRows(rows, form, outcomes, width);
            table.AddRange(outcomes.Select(outcome => Cells(form, outcome)));
            series.Add(new ChartSeries(
                $"{form} form", [.. outcomes.Select(outcome => ((double)outcome.Weights.Sum(), 100 * outcome.Discrepancy))]));
        }

        var chart = new LineChart("Net-Trim on two spirals, no retraining", new Axis("weights left", Logarithmic: true, Reversed: true),
            new Axis("outputs off by, %", Logarithmic: true), series);
        return new ReproductionResult(
            rows,
            [new ReproductionTable(
                "Weights a layer keeps", ["form", "epsilon", "weights", "outputs off by, %", "bound, %", "errors"], table)],
            [new ReproductionFigure("net-trim", chart.ToSvg(),
                "The cascade form sees the errors that the layers before have made, and makes up for them.")]);
    }

    private static void AddRows(List<ReproductionRow> rows, NetTrimForm form, List<NetTrimOutcome> outcomes, int width)
    {
        NetTrimOutcome? near = outcomes.Where(outcome => outcome.Discrepancy <= PublishedMismatch).MinBy(outcome => outcome.Weights.Sum());
        if (near is not null)
        {
            string published = width == 200 ? $"{string.Join(" / ", s_published)} at 4.6 %" : "";
            rows.Add(ReproductionRow.Note($"{form} form: weights of 2-{width}-{width}-2 at outputs off by at most 4.6 %", published,
                string.Create(CultureInfo.InvariantCulture, $"{string.Join(" / ", near.Weights)} at {100 * near.Discrepancy:0.0} %")));
            rows.Add(ReproductionRow.AtMost($"{form} form: samples in the wrong class then", null, 0, near.Errors, "0"));
        }

        double closest = outcomes.Max(outcome => outcome.Discrepancy / outcome.Bound);
        rows.Add(ReproductionRow.AtMost(
            $"{form} form: distance of the outputs as a part of the bound that the constraints imply, largest of all epsilons",
            null, 1.001, closest, "0.000"));
    }

    private static string[] Cells(NetTrimForm form, NetTrimOutcome outcome) =>
    [
        $"{form}",
        outcome.Epsilon.ToString(CultureInfo.InvariantCulture),
        string.Join(" / ", outcome.Weights),
        (100 * outcome.Discrepancy).ToString("0.0", CultureInfo.InvariantCulture),
        (100 * outcome.Bound).ToString("0.0", CultureInfo.InvariantCulture),
        $"{outcome.Errors}",
    ];

    private static NetTrimOutcome Prune(Network dense, Dataset data, NetTrimForm form, double epsilon, CancellationToken cancellation)
    {
        TrainableNetwork network = TrainableNetwork.FromNetwork(dense);
        var options = new NetTrimOptions { Form = form, Epsilon = epsilon };
        IReadOnlyList<NetTrimLayer> layers = NetTrim.Prune(network, data, options, cancellation: cancellation);
        NetTrimLayer last = layers[^1];
        return new NetTrimOutcome(
            epsilon, [.. layers.Select(layer => layer.After)], last.Discrepancy / last.OutputNorm, last.Bound / last.OutputNorm,
            Evaluator.Evaluate(network, data, LossKind.CategoricalCrossEntropy).Errors!.Value);
    }

    private static Network Train(Dataset data, int width, int epochs, CancellationToken cancellation)
    {
        TrainableNetwork network = TrainableNetwork.Perceptron(
            "spirals", data.InputShape, [width, width, 2], Activation.Relu, Activation.Softmax, seed: 1);
        var options = new TrainingOptions
        {
            Epochs = epochs,
            BatchSize = 50,
            LearningRate = LearningRateSchedule.Constant(2e-3),
        };
        new Trainer(network, data, null, options).Run(cancellation: cancellation);
        return network.ToNetwork();
    }

    // Two arms, half a turn apart, each one and a half turns long.
    private static Dataset Spirals(int perClass)
    {
        var inputs = new float[4 * perClass];
        var labels = new int[2 * perClass];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = i % 2;
            double along = i / 2 / (double)perClass, angle = (3 * along + labels[i]) * Math.PI;
            inputs[2 * i] = (float)((along + 0.1) * Math.Cos(angle));
            inputs[2 * i + 1] = (float)((along + 0.1) * Math.Sin(angle));
        }

        return Dataset.Classification("spirals", Shape.Flat(2), inputs, labels, ["first", "second"]);
    }
}
