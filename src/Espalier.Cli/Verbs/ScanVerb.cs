using System.CommandLine;
using System.Globalization;
using Espalier.Cli.Pruning;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Interchange;
using Espalier.Pruning;
using Espalier.Pruning.Allocation;
using Espalier.Reporting;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Cli.Verbs;

/// <summary>Shows which layers of a model bear pruning: each is pruned alone, and nothing is written but the figures.</summary>
internal sealed class ScanVerb : Verb
{
    private readonly DataArguments _data;
    private readonly ValidationArgument _validation;
    private readonly CriterionArguments _criterion;
    private readonly Option<string?> _kept = new("--kept")
    {
        Description = "Per cent of its weights that a layer keeps, such as 50,20,10,5; otherwise 80 to 1 in fifteen steps.",
        HelpName = "N,N",
    };

    private readonly Option<string?> _plot =
        new("--out", "-o") { Description = "Draw the errors into this SVG file.", HelpName = "FILE.svg" };
    private readonly Option<string?> _table = new("--csv") { Description = "Write all figures into this CSV file.", HelpName = "FILE.csv" };

    public ScanVerb(Terminal terminal)
        : base("scan", "Prune each layer of a model alone, more and more, without retraining, and show what the network then does: "
            + "which layers bear it and which do not. The model stays as it is; 'prune --allocation scan' goes by such a scan.", terminal,
            "espalier scan lenet.espalier --data mnist --out scan.svg",
            "espalier scan lenet.espalier --data mnist --criterion magnitude --kept 50,20,10,5,2 --csv scan.csv")
    {
        Names = [CriterionArguments.List];
        Add(CommonOptions.Model);
        _data = new DataArguments(this, isRequired: true, "What the network was trained on");
        _criterion = new CriterionArguments(this, withScope: false);
        _validation = new ValidationArgument(this);
        foreach (Option option in (Option[])[_kept, _plot, _table]) Add(option);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        double[]? kept = arguments.GetValue(_kept) is { } text ? PercentList.Parse("--kept", text) : null;
        (string? plot, string? table) = (arguments.GetValue(_plot), arguments.GetValue(_table));
        foreach (string? file in (string?[])[plot, table])
        {
            if (file is not null) AtomicFile.RequireWritable(file);
        }

        PruningCriterion criterion = _criterion.Criterion(arguments);
        Network given = ModelFile.Load(arguments.GetRequiredValue(CommonOptions.Model));
        (Dataset train, Dataset? validation) = _validation.SetAside(arguments, _data.Load(arguments, given));
        TrainableNetwork network = TrainableNetwork.FromNetwork(given, freezeZeros: true);
        LossKind loss = LossArgument.For(network.Layers[^1].Activation);
        SensitivityScan scan = Terminal.Track("scanning", report => SensitivityScan.Run(
            new PruningContext(network, train, loss), validation ?? train, criterion, kept, new FractionMeter(report), cancel));
        if (plot is not null) AtomicFile.WriteText(plot, scan.ToChart().ToSvg());
        if (table is not null) AtomicFile.WriteText(table, scan.ToCsv());
        if (WantsJson(arguments)) Terminal.WriteJson(scan);
        else Print(scan);
        return ExitCode.Success;
    }

    // A row for each part kept, a column for each layer.
    private void Print(SensitivityScan scan)
    {
        string what = scan.Dense.ErrorPercent is null ? "loss" : "error, %";
        Terminal.Print($"{what}, on {scan.MeasuredOn}, when one layer alone is pruned by {scan.Criterion}");
        string[] parts = [.. scan.Layers.SelectMany(layer => layer.Points).OrderByDescending(point => point.Kept).Select(Part).Distinct()];
        var rows = new List<string[]> { (string[])["kept", .. scan.Layers.Select(layer => layer.Name)] };
        rows.Add(["100 %", .. scan.Layers.Select(_ => Value(scan.Dense))]);
        foreach (string part in parts.Where(part => part != "100 %"))
        {
            rows.Add([part, .. scan.Layers.Select(layer => layer.Points.FirstOrDefault(point => Part(point) == part))
                .Select(point => point is null ? "" : Value(point.After))]);
        }

        Terminal.Print(TextTable.Format(rows).TrimEnd('\n'));
    }

    private static string Part(SensitivityPoint point) => point.Kept.ToString("0.# %", CultureInfo.InvariantCulture);

    private static string Value(Evaluation evaluation) => evaluation.ErrorPercent is double percent
        ? percent.ToString("0.00", CultureInfo.InvariantCulture)
        : evaluation.Loss.ToString("G4", CultureInfo.InvariantCulture);
}
