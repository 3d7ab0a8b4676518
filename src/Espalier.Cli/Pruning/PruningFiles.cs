using System.CommandLine;
using Espalier.Compilation.Model;
using Espalier.Interchange;
using Espalier.Reporting;

namespace Espalier.Cli.Pruning;

/// <summary>The files that pruning writes.</summary>
internal sealed class PruningFiles
{
    private readonly Option<string?> _file = new("--out", "-o")
    {
        Description = "The model file to write; otherwise NAME.pruned.espalier beside the model.",
        HelpName = "MODEL",
    };

    private readonly Option<string?> _log = new("--log")
    {
        Description = "Write the whole log of the run into this JSON file.",
        HelpName = "FILE.json",
    };

    private readonly Option<string?> _picture = new("--picture")
    {
        Description = "Draw the pruned network into this SVG file.",
        HelpName = "FILE.svg",
    };

    private readonly Option<string?> _plot;

    /// <summary>Adds the options to <paramref name="verb"/>.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="plot">What the plot shows, for the help text.</param>
    public PruningFiles(Verb verb, string plot)
    {
        _plot = new Option<string?>("--plot") { Description = $"Draw {plot} into this SVG file.", HelpName = "FILE.svg" };
        foreach (Option option in (Option[])[_file, _log, _picture, _plot]) verb.Add(option);
    }

    /// <summary>The model file to write.</summary>
    public string Model(ParseResult arguments, string given) =>
        arguments.GetValue(_file) ?? Path.ChangeExtension(given, ".pruned.espalier");

    /// <summary>Throws unless all files can be written, so that hours of work do not end in a wrong path.</summary>
    /// <exception cref="EspalierException">A folder is missing, or two files have one name.</exception>
    public void RequireWritable(ParseResult arguments, string given)
    {
        // The pruned model may take the place of the given one; a log or a picture there would destroy it.
        string pruned = Model(arguments, given);
        var taken = new HashSet<string>(StringComparer.Ordinal) { Path.GetFullPath(given), Path.GetFullPath(pruned) };
        AtomicFile.RequireWritable(pruned);
        foreach (string? file in (string?[])[arguments.GetValue(_log), arguments.GetValue(_picture), arguments.GetValue(_plot)])
        {
            if (file is null) continue;
            AtomicFile.RequireWritable(file);
            if (!taken.Add(Path.GetFullPath(file)))
            {
                throw new EspalierException($"{file}: is named twice; give each file a name of its own.");
            }
        }
    }

    /// <summary>Writes what the user asked for.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="given">The file of the model that was pruned.</param>
    /// <param name="pruned">What is left of it.</param>
    /// <param name="log">What was done.</param>
    /// <param name="drawPlot">Draws the plot as SVG text.</param>
    public void Write<TLog>(ParseResult arguments, string given, Network pruned, TLog log, Func<TLog, string> drawPlot)
    {
        ModelFile.Save(Model(arguments, given), pruned);
        if (arguments.GetValue(_log) is { } file) AtomicFile.WriteText(file, Terminal.ToJson(log) + "\n");
        if (arguments.GetValue(_picture) is { } picture) AtomicFile.WriteText(picture, NetworkPicture.ToSvg(pruned));
        if (arguments.GetValue(_plot) is { } plot) AtomicFile.WriteText(plot, drawPlot(log));
    }
}
