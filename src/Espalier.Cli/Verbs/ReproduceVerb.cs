using System.CommandLine;
using Espalier.Cli.Reproduction;
using Espalier.Data;
using Espalier.Reporting;

namespace Espalier.Cli.Verbs;

/// <summary>Runs papers' experiments and prints their figures beside ours.</summary>
internal sealed class ReproduceVerb : Verb
{
    private const string PageName = "index.html", TableName = "README.md", ResultName = "result.json";

    private readonly Argument<string[]> _names = new("name")
    {
        Description = "Experiments to run.",
        HelpName = "NAME",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _all = new("--all") { Description = "Run every experiment and write one page with all plots." };
    private readonly Option<bool> _check = new("--check") { Description = "Exit with 1 when a bar is missed." };
    private readonly PartArguments _parts;

    public ReproduceVerb(Terminal terminal)
        : base("reproduce", "Run the experiments of the pruning papers: each published figure beside ours, with a verdict.", terminal,
            "espalier reproduce monks", "espalier reproduce lobs-weights gradual-magnitude --out results",
            "espalier reproduce --all --quick")
    {
        Names = [new NameList("Experiments", [.. ExperimentList.All.Select(experiment => (experiment.Name, experiment.Title))])];
        Add(_names);
        foreach (Option option in (Option[])[_all, _check]) Add(option);
        _parts = new PartArguments(this, unlessGiven: "reproduction");
        Add(CommonOptions.DataFolder);
    }

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        IReadOnlyList<Experiment> chosen = Choose(arguments);
        bool quick = _parts.IsQuick(arguments);
        string root = _parts.Root(arguments);
        var data = new DataCatalog(arguments.GetValue(CommonOptions.DataFolder));
        var done = new List<(Experiment Experiment, ReproductionResult Result)>();
        foreach (Experiment experiment in chosen)
        {
            string folder = Path.Combine(root, experiment.Name);
            _parts.RemoveIfUnwanted(arguments, folder);
            ReproductionResult result = Terminal.Track(
                experiment.Name, report => experiment.Run(new ExperimentRun(data, folder, quick, report, cancel)));
            done.Add((experiment, result));
            Write(folder, experiment, result);
            if (!WantsJson(arguments)) Print(experiment, result);
        }

        AtomicFile.WriteText(Path.Combine(root, PageName), ReproductionReport.ToHtml(done));
        if (arguments.GetValue(_all)) AtomicFile.WriteText(Path.Combine(root, TableName), ReproductionReport.ToSummary(done));
        if (WantsJson(arguments)) WriteJson(done);
        else Terminal.Print($"tables and plots: {Path.Combine(root, PageName)}");
        bool isMissed = done.Exists(one => one.Result.Rows.Any(row => row.Holds is false));
        return isMissed && arguments.GetValue(_check) ? ExitCode.BarMissed : ExitCode.Success;
    }

    private IReadOnlyList<Experiment> Choose(ParseResult arguments)
    {
        string[] names = arguments.GetValue(_names) ?? [];
        string known = string.Join(", ", ExperimentList.All.Select(experiment => experiment.Name));
        if (arguments.GetValue(_all) == names.Length > 0)
        {
            throw new EspalierException($"Name experiments, or give --all. There are: {known}.");
        }

        if (names.Length == 0) return ExperimentList.All;
        return [.. names.Distinct(StringComparer.Ordinal).Select(Find)];

        Experiment Find(string name) => ExperimentList.All.FirstOrDefault(experiment => experiment.Name == name)
            ?? throw new EspalierException($"{name}: no experiment has this name. There are: {known}.");
    }

    private static void Write(string folder, Experiment experiment, ReproductionResult result)
    {
        foreach (ReproductionFigure figure in result.Figures) AtomicFile.WriteText(Path.Combine(folder, figure.Name + ".svg"), figure.Svg);
        AtomicFile.WriteText(Path.Combine(folder, TableName), ReproductionReport.ToMarkdown(experiment, result));
        AtomicFile.WriteText(Path.Combine(folder, ResultName), Terminal.ToJson(new { name = experiment.Name, rows = result.Rows }) + "\n");
    }

    private void Print(Experiment experiment, ReproductionResult result)
    {
        Terminal.Print(experiment.Title);
        Terminal.Print(experiment.Source);
        Terminal.Print(TextTable.Format([ReproductionReport.Headings, .. result.Rows.Select(ReproductionReport.Cells)]));
    }

    // One experiment is one object, as several verbs' is; several are a list of them.
    private void WriteJson(List<(Experiment Experiment, ReproductionResult Result)> done)
    {
        if (done.Count == 1) Terminal.WriteJson(new { name = done[0].Experiment.Name, rows = done[0].Result.Rows });
        else Terminal.WriteJson(new { experiments = done.Select(one => new { name = one.Experiment.Name, rows = one.Result.Rows }) });
    }
}
