using System.Globalization;
using Espalier.Reporting;

namespace Espalier.Cli;

/// <summary>A <see cref="ModelSummary"/> as a table for people.</summary>
internal static class SummaryTable
{
    /// <summary>Writes the table, a line of totals, the reasons for the kernels and the notes of the passes.</summary>
    public static void Write(Terminal terminal, ModelSummary summary)
    {
        bool hasMachineCode = summary.Layers.Any(layer => layer.MachineCodeBytes is not null);
        string[] columns =
        [
            "layer", "shape", "lowered", "activation", "non-zeros", "density", "kernel", "fill",
            "est. ns", "table B", "code B", "scratch B",
            .. hasMachineCode ? ["JIT B"] : Array.Empty<string>(),
        ];
        var table = new TerminalTable(columns, words: 4, $"{summary.Name}, input {summary.Input}");
        foreach (LayerSummary layer in summary.Layers)
        {
            string[] cells =
            [
                layer.Name, layer.Shape, layer.LoweredShape, layer.Activation, Number(layer.NonZeros), Percent(layer.Density), layer.Kernel,
                layer.Fill is double fill ? fill.ToString("0 %", CultureInfo.InvariantCulture) : "",
                Number(layer.EstimatedNs), Number(layer.TableBytes), Number(layer.CodeBytes), Number(layer.ScratchBytes),
            ];
            string machineCode = layer.MachineCodeBytes is long bytes ? Number(bytes) : "";
            table.Add(hasMachineCode ? [.. cells, machineCode] : cells);
        }

        table.Write(terminal);
        string denseTime = summary.DenseEstimatedNs is double dense ? $" and about {Number(dense)} ns" : "";
        terminal.Print($"{Number(summary.NonZeros)} of {Number(summary.Weights)} weights ({Percent(summary.Density)}); " +
            $"about {Number(summary.EstimatedNs)} ns a prediction; " +
            $"{Number(summary.CompiledBytes)} bytes compiled, dense {Number(summary.DenseBytes)} bytes{denseTime}.");
        foreach (PlanSummary plan in summary.Plans.Skip(1))
        {
            string bytes = Number(plan.TableBytes + plan.CodeBytes);
            terminal.Print($"{plan.Width}: about {Number(plan.EstimatedNs)} ns a prediction; {bytes} bytes compiled.");
        }

        if (summary.BatchEstimatedNs is double batch)
        {
            terminal.Print($"Batches: about {Number(batch)} ns a sample; {Number(summary.BatchTableBytes)} bytes of tables.");
        }

        foreach (LayerSummary layer in summary.Layers) terminal.Print($"{layer.Name}: {layer.Kernel} because {layer.Reason}.");
        foreach (string note in summary.Notes) terminal.Print(note);
    }

    /// <summary>A whole number with thousands set apart.</summary>
    public static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A share as per cent with one decimal.</summary>
    public static string Percent(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);
}
