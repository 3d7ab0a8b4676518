using System.CommandLine;

namespace Espalier.Cli;

/// <summary>The options of a long run that keeps its finished parts in a folder and goes on from there.</summary>
internal sealed class PartArguments
{
    private readonly Option<bool> _quick = new("--quick") { Description = "Small scale, in seconds: does everything work?" };
    private readonly Option<bool> _fresh = new("--fresh")
    {
        Description = "Do everything again instead of taking finished parts from the folder.",
    };

    private readonly Option<string> _folder;

    /// <summary>Adds the options to <paramref name="verb"/>.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="unlessGiven">The folder unless the user names one.</param>
    public PartArguments(Verb verb, string unlessGiven)
    {
        _folder = new Option<string>("--out", "-o")
        {
            Description = "Folder of tables, plots and finished parts; a run that was stopped goes on from there.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => unlessGiven,
        };
        foreach (Option option in (Option[])[_quick, _fresh, _folder]) verb.Add(option);
    }

    /// <summary>Whether to run on a small scale.</summary>
    public bool IsQuick(ParseResult arguments) => arguments.GetValue(_quick);

    /// <summary>The folder; a run on a small scale has one of its own inside it.</summary>
    public string Root(ParseResult arguments) => Path.Combine(arguments.GetRequiredValue(_folder), IsQuick(arguments) ? "quick" : "");

    /// <summary>Removes the finished parts in <paramref name="folder"/> when the user asked for it.</summary>
    public void RemoveIfUnwanted(ParseResult arguments, string folder)
    {
        if (arguments.GetValue(_fresh)) PartFolder.Remove(folder);
    }
}
