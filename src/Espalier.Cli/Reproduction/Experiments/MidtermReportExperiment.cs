using System.Globalization;
using Espalier.Cli.Reproduction.Experiments.MidtermReport;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Reporting;
using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>
/// Magnitude, layer-wise OBS with and without retraining, and N2PS side by side; and N2PS on small sets by cross-validation.
/// </summary>
internal sealed class MidtermReportExperiment : Experiment
{
    private static readonly string[] s_sets = ["iris", "breast-cancer", "diabetes", "ionosphere", "waveform"];

    /// <inheritdoc/>
    public override string Name => "midterm-report";

    /// <inheritdoc/>
    public override string Title => "Magnitude, layer-wise OBS and N2PS: accuracy against compression";

    /// <inheritdoc/>
    public override string Source =>
        "A course project's report on layer-wise OBS, N2PS and magnitude pruning of a 784-300-100-10 network with L2 on MNIST; compression "
        + "is the part of the weights that is gone. N2PS (reconstruction) after M. Augasta, T. Kathirvalavakumar: A novel pruning "
        + "algorithm for optimizing feedforward neural network of classification problems (2011), whose exact formula and tables could not "
        + "be read.";

    /// <inheritdoc/>
    public override ReproductionResult Run(ExperimentRun run)
    {
        List<CompressionCurve> curves = Curves(run);
        List<CrossValidationResult> sets = Sets(run);
        var rows = new List<ReproductionRow>(CurveRows(curves, run.Quick));
        foreach (CrossValidationResult set in sets)
        {
            rows.Add(ReproductionRow.AtLeast(
                $"{set.Set}: accuracy after N2PS, %, mean of the folds", null, set.AccuracyBefore - 1, set.AccuracyAfter));
            double left = set.InputsAfter + set.HiddenAfter, all = set.InputsBefore + set.HiddenBefore;
            rows.Add(new ReproductionRow(
                $"{set.Set}: inputs and hidden units after N2PS, mean", null, $"below {all}", Text(left, "0.0"), left < all));
        }

        var table = new ReproductionTable(
            "N2PS (reconstruction), means over the folds", ["set", "inputs", "left", "hidden units", "left", "accuracy %", "after"],
            [.. sets.Select(set => (string[])[
                set.Set, $"{set.InputsBefore}", Text(set.InputsAfter, "0.0"), $"{set.HiddenBefore}", Text(set.HiddenAfter, "0.0"),
                Text(set.AccuracyBefore, "0.00"), Text(set.AccuracyAfter, "0.00"),
            ])]);
        return new ReproductionResult(rows, [table], [Figure(curves)]);
    }

    private static List<CompressionCurve> Curves(ExperimentRun run)
    {
        DataSplit mnist = run.Data.Load("mnist");
        int images = run.Quick ? 1000 : mnist.Train.Count;
        Dataset train = First(mnist.Train, images), test = First(mnist.Test, run.Quick ? 1000 : mnist.Test.Count);
        int[] widths = run.Quick ? [30, 10, 10] : [300, 100, 10];
        var training = new TrainingOptions
        {
            Optimizer = new OptimizerOptions { WeightDecay = 1e-4 },
            LearningRate = LearningRateSchedule.Cosine(1e-3, 1e-5),
            Epochs = run.Quick ? 5 : 20,
        };
        TrainingOptions retraining = training with { Epochs = 3, LearningRate = LearningRateSchedule.Cosine(3e-4, 1e-5) };
        string recipe = FormattableString.Invariant($"mnist, {images} images; 784-{string.Join('-', widths)}; {training}");
        run.Stage(0, 0.2, "the dense network");
        Network dense = run.Model("dense", recipe, () =>
        {
            var network = TrainableNetwork.Perceptron("lenet", train.InputShape, widths, Activation.Relu, Activation.Softmax, seed: 1);
            new Trainer(network, train, null, training).Run(new TrainingMeter(run.Report), run.Cancellation);
            return network.ToNetwork();
        });

        double[] levels = [0.2, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98];
        int interval = 2000, units = run.Quick ? 80 : 20;
        recipe += FormattableString.Invariant(
            $"; levels {string.Join(' ', levels)}; every {interval} deletions, {units} units; {retraining}");
        (string Name, Func<CompressionMethods, CompressionCurve> Run)[] ways =
        [
            ("magnitude", methods => methods.Magnitude(dense, levels)),
            ("l-obs", methods => methods.LayerwiseObs(dense, levels, interval, isRetrained: false)),
            ("l-obs-retrained", methods => methods.LayerwiseObs(dense, levels, interval, isRetrained: true)),
            ("n2ps", methods => methods.Significance(dense, levels[^1], units, isRetrained: false)),
            ($"n2ps-retrained-{3 * units}", methods => methods.Significance(dense, levels[^1], 3 * units, isRetrained: true)),
        ];
        var curves = new List<CompressionCurve>();
        for (int i = 0; i < ways.Length; i++)
        {
            (string name, Func<CompressionMethods, CompressionCurve> way) = ways[i];
            run.Stage(0.2 + 0.12 * i, 0.32 + 0.12 * i, name);
            var methods = new CompressionMethods(train, test, retraining, fraction => run.Report(fraction, name), run.Cancellation);
            curves.Add(run.Part(name, recipe, () => way(methods)));
        }

        return curves;
    }

    private static List<CrossValidationResult> Sets(ExperimentRun run)
    {
        int folds = run.Quick ? 3 : 10;
        var results = new List<CrossValidationResult>();
        for (int i = 0; i < s_sets.Length; i++)
        {
            string set = s_sets[i];
            run.Stage(0.8 + 0.04 * i, 0.84 + 0.04 * i, set);
            results.Add(run.Part(set, CrossValidation.Recipe(set, folds), () => CrossValidation.Run(
                run.Data, set, folds, new TrainingMeter((_, text) => run.Report(0, $"{set}, {text}")), run.Cancellation)));
        }

        return results;
    }

    private static IEnumerable<ReproductionRow> CurveRows(List<CompressionCurve> curves, bool isQuick)
    {
        const double Kept = 0.6, Margin = 0.5;
        (CompressionCurve magnitude, CompressionCurve obs, CompressionCurve retrained) = (curves[0], curves[1], curves[2]);
        double dense = magnitude.Points[0].Accuracy;
        yield return ReproductionRow.Note("dense network: test accuracy, %", null, Text(dense, "0.00"));
        if (isQuick) yield break;
        foreach (CompressionCurve curve in curves)
        {
            bool isObs = curve == obs || curve == retrained;
            string what = $"{curve.Method}: compression up to which accuracy falls by at most {Text(Margin, "0.0")} points";
            string? published = isObs ? "about 0.6" : curve == magnitude ? "less than L-OBS" : "accuracy reduced";
            yield return isObs
                ? ReproductionRow.AtLeast(what, published, Kept, curve.HoldsTo(Margin))
                : ReproductionRow.Note(what, published, Text(curve.HoldsTo(Margin), "0.00"));
        }

        foreach (double level in (double[])[0.8, 0.9])
        {
            yield return ReproductionRow.AtLeast(
                $"L-OBS: accuracy at compression {Text(level, "0.0")}, %", "above magnitude",
                magnitude.AccuracyAt(level), obs.AccuracyAt(level));
            yield return ReproductionRow.AtLeast(
                $"L-OBS, retrained: accuracy at compression {Text(level, "0.0")}, %", "above L-OBS",
                obs.AccuracyAt(level), retrained.AccuracyAt(level));
        }
    }

    private static ReproductionFigure Figure(List<CompressionCurve> curves)
    {
        ChartSeries[] series =
        [
            .. curves.Select(curve => new ChartSeries(
                curve.Method.Replace(" (reconstruction)", "", StringComparison.Ordinal),
                [.. curve.Points.Select(point => (point.Compression, point.Accuracy))])),
        ];
        var chart = new LineChart(
            "784-300-100-10 on MNIST", new Axis("compression: part of the weights gone"), new Axis("test accuracy, %"), series);
        return new ReproductionFigure("accuracy-against-compression", chart.ToSvg(),
            "Accuracy while weights (magnitude, layer-wise OBS) or inputs and hidden units (N2PS, reconstruction) leave; "
            + "the retrained ways take three epochs a level.");
    }

    private static Dataset First(Dataset set, int count) => set.Slice(set.Name, 0, count);

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
