using System.Globalization;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;
using Spectre.Console;

namespace Espalier.Cli;

/// <summary>What every kernel was expected to take on each layer beside what it took, for people and for machines.</summary>
internal static class KernelTrialTable
{
    /// <summary>Writes one table a layer, the fastest kernel first.</summary>
    public static void Write(Terminal terminal, IReadOnlyList<(DenseLayer Layer, IReadOnlyList<KernelTrial> Trials)> layers)
    {
        foreach ((DenseLayer layer, IReadOnlyList<KernelTrial> trials) in layers)
        {
            string what = FormattableString.Invariant(
                $"{layer.Name}: {layer.Weights.Columns} -> {layer.Weights.Rows}, {100 * layer.Weights.Density:0.0} % of the weights");
            Table table = new Table().Border(TableBorder.Simple).Title(Markup.Escape(what));
            table.AddColumn("kernel");
            foreach (string column in (string[])["predicted ns", "measured ns", "fill", ""]) table.AddColumn(new TableColumn(column).RightAligned());
            foreach (KernelTrial trial in trials)
            {
                string measured = trial.MeasuredNs is double ns ? Number(ns) : "-";
                string fill = trial.Choice.Estimate.Fill is double share ? share.ToString("0 %", CultureInfo.InvariantCulture) : "";
                table.AddRow(trial.Choice.Name, Number(trial.PredictedNs), measured, fill, trial.IsChosen ? "chosen" : "");
            }

            terminal.Output.Write(table);
        }

        terminal.Print("Each layer as a network of its own, its units in the order of the plan; those expected to be far slower are not measured.");
    }

    /// <summary>The same for <c>--json</c>.</summary>
    public static object ToJson(IReadOnlyList<(DenseLayer Layer, IReadOnlyList<KernelTrial> Trials)> layers) => new
    {
        layers = layers.Select(entry => new
        {
            entry.Layer.Name,
            trials = entry.Trials.Select(trial => new
            {
                kernel = trial.Choice.Name, trial.PredictedNs, trial.MeasuredNs, trial.Choice.Estimate.Fill, trial.IsChosen,
            }),
        }),
    };

    private static string Number(double ns) => ns.ToString(ns < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture);
}
