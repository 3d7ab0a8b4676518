using System.Globalization;
using Espalier.Cli.Reproduction.Experiments.ObdPrediction;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Reporting;
using Espalier.Training;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>Optimal Brain Damage on a sigmoid network of 6,160 weights: what it predicts, what happens, and magnitude beside it.</summary>
internal sealed class ObdPredictionExperiment : Experiment
{
    private const double Fifth = 0.2, Tolerance = 0.1;
    private const string Recipe = "144-40-10 sigmoid; Adam 1e-2 to 1e-5, then full batches 3e-4 to 0";
    private const string RetrainingRecipe = "Adam 1e-2 to 0, decay 3e-6";

    /// <inheritdoc/>
    public override string Name => "obd-prediction";

    /// <inheritdoc/>
    public override string Title => "Optimal Brain Damage: predicted and actual error";

    /// <inheritdoc/>
    public override string Source =>
        "LeCun, Denker and Solla, Optimal Brain Damage, NIPS 1989, figures 1 and 2: log error against the number of parameters left, by "
        + "magnitude, by OBD, and as OBD predicts; a network of 2,600 free parameters and 100,000 connections on handwritten digits. Here: "
        + "144-40-10 of sigmoids, 6,160 weights, mean squared error, MNIST pooled to 12 x 12.";

    /// <inheritdoc/>
    public override ReproductionResult Run(ExperimentRun run)
    {
        ObdScale scale = run.Quick ? ObdScale.Quick : ObdScale.Full;
        var data = new PooledDigits(run.Data.Load("mnist", new DataOptions()), scale.Train, scale.Validation);
        var runs = new ObdRuns(data, scale);
        var outcomes = new List<ObdOutcome>();
        for (int seed = 1; seed <= scale.Seeds; seed++) outcomes.Add(RunSeed(run, runs, scale, seed));
        SaturatedOutcome saturated = run.Part("softmax", $"144-100-10 ReLU; {scale}; Adam 3e-3 to 0", () =>
        {
            run.Stage(0.95, 1, "softmax");
            return runs.Saturate(run.Report, run.Cancellation);
        });
        return new ReproductionResult([.. Rows(outcomes, run.Quick), Row(saturated)], [Table(outcomes)], Figures(outcomes[0]));
    }

    private static ObdOutcome RunSeed(ExperimentRun run, ObdRuns runs, ObdScale scale, int seed)
    {
        Network dense = run.Model($"dense-{seed}", $"{Recipe}; {scale}", () =>
        {
            Begin(0, 0.4, "training");
            return runs.Train((ulong)seed, run.Report, run.Cancellation);
        });
        IReadOnlyList<DeletionStep> steps = run.Part($"deletion-{seed}", $"{Recipe}; {scale}", () => runs.Delete(dense));
        RetrainedRun obd = Retrain(new ObdCriterion(), 0.4, 0.7), magnitude = Retrain(new MagnitudeCriterion(), 0.7, 0.95);
        Evaluation trainedOn = run.Part($"trained-on-{seed}", $"{Recipe}; {scale}; then {RetrainingRecipe}", () =>
        {
            Begin(0.95, 1, "training on");
            return runs.TrainOn(dense, (ulong)seed, run.Report, run.Cancellation);
        });
        (Evaluation validation, Evaluation test) = runs.Judge(TrainableNetwork.FromNetwork(dense));
        return new ObdOutcome(steps, obd, magnitude, validation, test, trainedOn);

        RetrainedRun Retrain(PruningCriterion criterion, double from, double to) =>
            run.Part($"retrained-{criterion.Name}-{seed}", $"{Recipe}; {scale}; then {RetrainingRecipe} in each round", () =>
            {
                Begin(from, to, "retraining");
                return runs.Retrain(dense, criterion, (ulong)seed, run.Report, run.Cancellation);
            });

        void Begin(double from, double to, string what) =>
            run.Stage(0.95 * (seed - 1 + from) / scale.Seeds, 0.95 * (seed - 1 + to) / scale.Seeds, $"seed {seed}: {what}");
    }

    private static List<ReproductionRow> Rows(List<ObdOutcome> outcomes, bool isQuick)
    {
        int seeds = outcomes.Count;
        double dense = outcomes.Average(one => one.DenseTest.ErrorPercent!.Value);
        double pruned = outcomes.Average(one => one.Obd.Test.ErrorPercent!.Value);

        // Of a difference of two error rates on the same images: no more than if they were independent.
        double noise = 100 * Math.Sqrt(2 * dense / 100 * (1 - dense / 100) / (seeds * (double)outcomes[0].DenseTest.Count));
        var rows = new List<ReproductionRow>
        {
            ReproductionRow.AtMost(
                "predicted against actual training error over the first fifth of deletions: the largest difference, % of the actual",
                "close up to about 30 % of the deletions", 100 * Tolerance, 100 * outcomes.Max(one => one.LargestDifference(Fifth))),
            ReproductionRow.Note(
                $"deletions up to which the prediction stays within 10 % of the actual error, %, worst of {seeds}", "about 30",
                Text(100 * outcomes.Min(one => one.Reach(Tolerance)))),
            ReproductionRow.Note(
                "predicted over actual rise of the error after a fifth of the deletions, mean", null,
                Text(outcomes.Average(one => one.RiseRatio(Fifth)))),
            ReproductionRow.AtMost(
                "training error by OBD over that by magnitude, no retraining: the largest ratio, until the error is 0.09, as of outputs "
                + "that know the classes' frequencies alone", "below magnitude throughout", 1,
                outcomes.Max(one => one.LargestRatioToMagnitude), "0.0000"),
            ReproductionRow.Note(
                $"deletions at which OBD without retraining comes to that, %, worst of {seeds}", null,
                Text(100 * outcomes.Min(one => one.BlindFrom))),
            ReproductionRow.Note("dense network, test error %, mean", null, Text(dense)),
        };
        string what = $"a quarter of the weights after retraining, test error %, mean of {seeds}";
        rows.Add(isQuick
            ? ReproductionRow.Note(what, "as dense", Text(pruned))
            : ReproductionRow.AtMost($"{what}; the bar is dense + one standard error", "as dense or better", dense + noise, pruned));
        rows.Add(ReproductionRow.Note(
            "the same by magnitude", null, Text(outcomes.Average(one => one.Magnitude.Test.ErrorPercent!.Value))));
        rows.Add(ReproductionRow.Note(
            "nothing removed, but trained on as long with the same decay, test error %, mean", null,
            Text(outcomes.Average(one => one.TrainedOn.ErrorPercent!.Value))));
        rows.Add(ReproductionRow.Note(
            "validation error %, dense and at a quarter by OBD, mean", null,
            $"{Text(outcomes.Average(one => one.DenseValidation.ErrorPercent!.Value))}, "
            + Text(outcomes.Average(one => one.Obd.Validation.ErrorPercent!.Value))));
        return rows;
    }

    private static ReproductionRow Row(SaturatedOutcome saturated) => ReproductionRow.Note(
        "where it fails, a saturated softmax network, 80 % deleted by the exact diagonal: rise of the training loss predicted, actual; "
        + "training error % before, after", null,
        $"{Loss(saturated.Predicted)}, {Loss(saturated.After.Loss - saturated.Before.Loss)}; "
        + $"{Text(saturated.Before.ErrorPercent!.Value)}, {Text(saturated.After.ErrorPercent!.Value)}");

    private static ReproductionTable Table(List<ObdOutcome> outcomes) => new(
        "Training error after deletion in the order of one ranking, without retraining, first seed",
        ["weights left", "OBD predicted", "OBD actual", "difference %", "magnitude"],
        [
            .. outcomes[0].Steps.Where((_, i) => i % 5 == 0).Select(step => new[]
            {
                SummaryTable.Number(step.Weights), Loss(step.Predicted), Loss(step.Actual),
                Text(100 * (step.Predicted - step.Actual) / step.Actual), Loss(step.Magnitude),
            }),
        ]);

    private static ReproductionFigure[] Figures(ObdOutcome first)
    {
        ChartSeries Line(string name, Func<DeletionStep, double> value, bool dashed = false) =>
            new(name, [.. first.Steps.Select(step => ((double)step.Weights, value(step)))], dashed);

        var weights = new Axis("weights left", Reversed: true);
        var error = new Axis("mean squared error, training samples", Logarithmic: true);
        var deletion = new LineChart("Deleting weights without retraining", weights, error,
        [
            Line("magnitude", step => step.Magnitude), Line("OBD", step => step.Actual),
            Line("OBD predicted", step => step.Predicted, dashed: true),
        ]);
        var retraining = new LineChart("Deleting weights with retraining", weights, error,
        [
            Line("OBD, no retraining", step => step.Actual),
            new ChartSeries("magnitude retrained", Retrained(first.Magnitude)), new ChartSeries("OBD retrained", Retrained(first.Obd)),
        ]);
        return
        [
            new("deletion", deletion.ToSvg(), "The prediction, the sum of the deleted saliencies, follows the actual error for a third of "
                + "the deletions and falls behind after that; magnitude is above both until nothing works any more."),
            new("retraining", retraining.ToSvg(), "With retraining after every round the error hardly moves down to a quarter of the "
                + "weights. The first round is higher because retraining has a decay, which costs training error and gains test error."),
            new("rounds", PruningLogChart.ToSvg(first.Obd.ToQuarter), "Predicted and actual error of each round to a quarter of the "
                + "weights, with the retraining after it."),
        ];
    }

    private static List<(double X, double Y)> Retrained(RetrainedRun retrained) =>
    [
        (retrained.ToQuarter.WeightsBefore, retrained.ToQuarter.Before.Loss),
        .. retrained.ToQuarter.Rounds.Concat(retrained.Beyond.Rounds)
            .Select(round => ((double)round.WeightsAfter, round.AfterRetraining!.Loss)),
    ];

    private static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Loss(double value) => value.ToString("0.00000", CultureInfo.InvariantCulture);
}
