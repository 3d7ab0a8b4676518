using Espalier.Pruning.Units;
using Espalier.Reporting;
using Espalier.Training;

namespace Espalier.Cli.Pruning;

/// <summary>What the removal of units came to.</summary>
/// <param name="File">The model file that was written.</param>
/// <param name="Log">What was done.</param>
/// <param name="Folded">The units that were folded away before the first round, or null when that was not asked for.</param>
/// <param name="Given">The given network.</param>
/// <param name="Written">What is left of it, as it was written.</param>
/// <param name="Before">The given network on the validation part, or the training part when there is none.</param>
/// <param name="After">The written one on the same part.</param>
/// <param name="TestBefore">The given network on the test part.</param>
/// <param name="TestAfter">The written one on the test part.</param>
internal sealed record UnitPruningReport(
    string File, UnitPruningLog Log, IReadOnlyList<FoldedUnit>? Folded, TrainableNetwork Given, TrainableNetwork Written,
    Evaluation Before, Evaluation After, Evaluation TestBefore, Evaluation TestAfter)
{
    /// <summary>As one JSON object.</summary>
    public void WriteJson(Terminal terminal) => terminal.WriteJson(new
    {
        model = File,
        Log.MeasuredOn,
        Before,
        After,
        TestBefore,
        TestAfter,
        units = UnitChange.Compare(Given, Written),
        weightsBefore = Given.LiveWeightCount,
        weightsAfter = Written.LiveWeightCount,
        compiledBytes = CompiledCost.Bytes.Of(Written),
        folded = Folded?.Select(one => new { one.Unit, kind = one.Kind.ToString(), one.Twin }),
        Log,
    });

    /// <summary>For people.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="withInputs">Whether inputs could leave.</param>
    public void Print(Terminal terminal, bool withInputs)
    {
        int standing = Log.Rounds.Count(round => !round.IsTakenBack);
        string rounds = standing == 1 ? "1 round" : $"{standing} rounds";
        if (Folded is not null) terminal.Print($"{(Folded.Count == 1 ? "1 unit" : $"{Number(Folded.Count)} units")} folded away");
        IReadOnlyList<UnitChange> layers = UnitChange.Compare(Given, Written);
        terminal.Print($"{Number(Log.UnitsBefore)} {UnitChange.WordFor(layers)} pruned to {Number(Log.UnitsAfter)} by {Log.Criterion} "
            + $"in {rounds}");
        foreach (UnitChange layer in layers.Skip(withInputs ? 0 : 1))
        {
            terminal.Print($"  {layer.Layer}: {Number(layer.After)} of {Number(layer.Before)} {layer.Kind}");
        }

        int weights = Given.LiveWeightCount, left = Written.LiveWeightCount;
        terminal.Print($"{Number(weights)} weights before, {Number(left)} after ({SummaryTable.Percent((double)left / weights)}); "
            + $"{Number(CompiledCost.Bytes.Of(Written))} bytes compiled");
        terminal.Print($"{Log.MeasuredOn}: {EvaluationText.Of(Before)} before, {EvaluationText.Of(After)} after");
        terminal.Print($"test: {EvaluationText.Of(TestBefore)} before, {EvaluationText.Of(TestAfter)} after");
        terminal.Print($"written to {File}");
    }

    private static string Number(double value) => SummaryTable.Number(value);
}
