using System.CommandLine;
using Espalier.Data;

namespace Espalier.Cli.Verbs;

/// <summary>Lists the data sets that have names.</summary>
internal sealed class DataListVerb : Verb
{
    public DataListVerb(Terminal terminal)
        : base("list", "List the named data sets: counts, classes, and whether they are here.", terminal,
            "espalier data list", "espalier data list --data-dir ~/data --json") =>
        Add(CommonOptions.DataFolder);

    protected override int Run(ParseResult arguments, CancellationToken cancel)
    {
        IReadOnlyList<DataCatalogEntry> entries = new DataCatalog(arguments.GetValue(CommonOptions.DataFolder)).Entries;
        if (WantsJson(arguments))
        {
            Terminal.WriteJson(new
            {
                Sets = entries.Select(entry => new
                {
                    entry.Name, entry.Title, entry.Origin, InputShape = entry.InputShape.ToString(), entry.TrainCount, entry.TestCount,
                    entry.ClassNames, entry.IsAvailable, entry.Missing,
                }),
            });
            return ExitCode.Success;
        }

        var table = new TerminalTable(["name", "what", "here", "input", "classes", "train", "test"], words: 4);
        foreach (DataCatalogEntry entry in entries)
        {
            table.Add(entry.Name, entry.Title, entry.IsAvailable ? "yes" : "no", entry.InputShape.ToString(),
                SummaryTable.Number(entry.ClassNames.Count), SummaryTable.Number(entry.TrainCount), SummaryTable.Number(entry.TestCount));
        }

        table.Write(Terminal);
        Terminal.Print("Also: idx:IMAGES,LABELS for IDX files, csv:FILE for tables.");
        if (entries.Any(entry => !entry.IsAvailable))
        {
            Terminal.Print("Sets that are not here need --data-dir FOLDER or the environment variable ESPALIER_DATA.");
        }

        return ExitCode.Success;
    }
}
