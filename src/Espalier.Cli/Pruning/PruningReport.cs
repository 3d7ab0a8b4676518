using Espalier.Pruning;
using Espalier.Reporting;
using Espalier.Training;

namespace Espalier.Cli.Pruning;

/// <summary>What the verb says when a run is over.</summary>
/// <param name="File">The model file that was written.</param>
/// <param name="Outcome">What is left and what was done.</param>
/// <param name="TestBefore">The given model on the test part.</param>
/// <param name="TestAfter">What is left of it on the test part.</param>
internal sealed record PruningReport(string File, PruningOutcome Outcome, Evaluation TestBefore, Evaluation TestAfter)
{
    /// <summary>As one JSON object.</summary>
    public void WriteJson(Terminal terminal) => terminal.WriteJson(
        new { model = File, TestBefore, TestAfter, compiledBytes = CompiledCost.Bytes.Of(Outcome.Ordered), Outcome.Log, Outcome.Details });

    /// <summary>For people.</summary>
    public void Print(Terminal terminal)
    {
        PruningLog log = Outcome.Log;
        int standing = log.Rounds.Count(round => !round.IsTakenBack), takenBack = log.Rounds.Count - standing;
        string rounds = standing == 1 ? "1 round" : $"{standing} rounds";
        if (takenBack > 0) rounds += $", {takenBack} more taken back";
        terminal.Print($"{Number(log.WeightsBefore)} weights pruned to {Number(log.WeightsAfter)} " +
            $"({SummaryTable.Percent((double)log.WeightsAfter / log.WeightsBefore)}) in {rounds}; " +
            $"{Number(CompiledCost.Bytes.Of(Outcome.Ordered))} bytes compiled");
        foreach (Parameter layer in Outcome.Network.PrunableParameters)
        {
            terminal.Print($"  {layer.Name}: {Number(layer.LiveCount)} of {Number(layer.Values.Length)}");
        }

        terminal.Print($"{log.MeasuredOn}: {EvaluationText.Of(log.Before)} before, {EvaluationText.Of(log.After)} after");
        terminal.Print($"test: {EvaluationText.Of(TestBefore)} before, {EvaluationText.Of(TestAfter)} after");
        terminal.Print($"written to {File}");
    }

    private static string Number(double value) => SummaryTable.Number(value);
}
