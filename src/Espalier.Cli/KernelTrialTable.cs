using System.Globalization;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;

namespace Espalier.Cli;

/// <summary>What every kernel was expected to take on each layer beside what it took, for people and for machines.</summary>
internal static class KernelTrialTable
{
    /// <summary>Writes one table a layer, the fastest kernel first.</summary>
    public static void Write(Terminal terminal, IReadOnlyList<(Stage Stage, IReadOnlyList<KernelTrial> Trials)> stages)
    {
        foreach ((Stage stage, IReadOnlyList<KernelTrial> trials) in stages)
        {
            string shapes = stage.Layer is DenseLayer dense
                ? $"{dense.Weights.Columns} -> {dense.Weights.Rows}"
                : $"{stage.Layer.InputShape} -> {stage.OutputShape}";
            string what = FormattableString.Invariant($"{Name(stage)}: {shapes}, {100 * stage.Weights!.Density:0.0} % of the weights");
            var table = new TerminalTable(["kernel", "predicted ns", "measured ns", "fill", ""], words: 1, what);
            foreach (KernelTrial trial in trials)
            {
                string measured = trial.MeasuredNs is double ns ? Number(ns) : "-";
                string fill = trial.Choice.Estimate.Fill is double share ? share.ToString("0 %", CultureInfo.InvariantCulture) : "";
                table.Add(trial.Choice.Name, Number(trial.PredictedNs), measured, fill, trial.IsChosen ? "chosen" : "");
            }

            table.Write(terminal);
        }

        terminal.Print("Each layer as a network of its own, its units in the order of the plan; "
            + "those expected to be far slower are not measured.");
    }

    /// <summary>The same for <c>--json</c>.</summary>
    public static object ToJson(IReadOnlyList<(Stage Stage, IReadOnlyList<KernelTrial> Trials)> stages) => new
    {
        layers = stages.Select(entry => new
        {
            Name = Name(entry.Stage),
            trials = entry.Trials.Select(trial => new
            {
                kernel = trial.Choice.Name, trial.PredictedNs, trial.MeasuredNs, trial.Choice.Estimate.Fill, trial.IsChosen,
            }),
        }),
    };

    private static string Name(Stage stage) => stage.Pooling is null ? stage.Layer.Name : $"{stage.Layer.Name} + {stage.Pooling.Name}";

    private static string Number(double ns) => ns.ToString(ns < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture);
}
