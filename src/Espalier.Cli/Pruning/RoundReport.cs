using System.Globalization;
using Espalier.Pruning;
using Espalier.Pruning.Sessions;
using Espalier.Reporting;
using Espalier.Training;

namespace Espalier.Cli.Pruning;

/// <summary>Where a session stands, in lines for a person who decides what to do next.</summary>
internal static class RoundReport
{
    private const string Blocks = " ▁▂▃▄▅▆▇█";

    /// <summary>The last round, the whole network, and a row for each layer.</summary>
    public static IEnumerable<string> Lines(PruningSession session, SaliencySummary saliencies)
    {
        int live = session.Network.LiveWeightCount, all = session.Network.WeightCount;
        PruningRound? round = session.Rounds.LastOrDefault(one => !one.IsTakenBack);
        yield return "";
        yield return (round is null ? "start: " : $"round {round.Round}: ") +
            $"{Number(live)} of {Number(all)} weights ({SummaryTable.Percent((double)live / all)}), " +
            $"{Number(CompiledCost.Bytes.Of(session.Network))} bytes compiled";
        yield return $"{session.MeasuredOn}: {Text(session.Now)}; at the start {Text(session.Start)}";
        if (round is not null) yield return Changes(round);
        string[][] rows = [.. saliencies.Layers.Select(Row)];
        string[] headings = ["layer", "left", "of", "kept", "low 10 %", "median", "high 10 %"];
        string[] table = TextTable.Format([headings, .. rows]).TrimEnd('\n').Split('\n');
        yield return $"{table[0]}  {saliencies.Measure}, from low to high";
        for (int i = 1; i < table.Length; i++) yield return $"{table[i]}  {Bars(saliencies.Layers[i - 1].Histogram)}";
    }

    private static string Changes(PruningRound round)
    {
        int removed = round.WeightsBefore - round.WeightsAfter;
        string text = $"{round.Criterion} removed {Number(removed)}: loss {Signed(round.ActualLossChange!.Value)}";
        if (round.PredictedLossChange is double predicted) text += $" (predicted {Signed(predicted)})";
        if (round.AfterPruning!.ErrorPercent - round.Before!.ErrorPercent is double points)
        {
            text += Invariant($", error {points:+0.00;-0.00;0.00} points");
        }

        if (round.RetrainingEpochs == 0) return text;
        string epochs = round.RetrainingEpochs == 1 ? "1 epoch" : $"{round.RetrainingEpochs} epochs";
        return $"{text}; {epochs} of retraining: {Text(round.AfterPruning)} to {Text(round.AfterRetraining!)}";
    }

    private static string[] Row(LayerSaliency layer) =>
    [
        layer.Name, Number(layer.Live), Number(layer.All), SummaryTable.Percent((double)layer.Live / layer.All),
        Score(layer.Low), Score(layer.Median), Score(layer.High),
    ];

    private static string Bars(IReadOnlyList<int> histogram)
    {
        int most = Math.Max(1, histogram.Max());
        return string.Concat(histogram.Select(count => Blocks[(int)Math.Ceiling((Blocks.Length - 1) * (double)count / most)])).TrimEnd();
    }

    private static string Text(Evaluation evaluation) => evaluation.ErrorPercent is double percent
        ? Invariant($"error {percent:0.00} %, loss {evaluation.Loss:0.0000}")
        : Invariant($"loss {evaluation.Loss:G4}");

    private static string Number(double value) => SummaryTable.Number(value);

    private static string Signed(double value) => value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);

    private static string Score(float? value) => value?.ToString("0.0e0", CultureInfo.InvariantCulture) ?? "-";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
