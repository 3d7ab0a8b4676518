using System.CommandLine;
using System.CommandLine.Parsing;
using Espalier.Pruning.Sessions;

namespace Espalier.Cli.Pruning;

/// <summary>The options that keep a run in a folder and take it up again.</summary>
internal sealed class SessionArguments
{
    private readonly Option<string?> _session = new("--session")
    {
        Description = "Keep every finished round, or gradual pruning after every epoch, in this folder, for --resume.",
        HelpName = "FOLDER",
    };

    private readonly Option<string?> _resume = new("--resume")
    {
        Description = "Go on with the run kept in this folder, with its command line; options given now replace those of then.",
        HelpName = "FOLDER",
    };

    private readonly Option<int?> _round = new("--from-round")
    {
        Description = "With --resume, go on after this round (0: the start, also of gradual pruning) and forget what came after it.",
        HelpName = "N",
    };

    /// <summary>Adds the options to <paramref name="verb"/>.</summary>
    public SessionArguments(Verb verb)
    {
        foreach (Option option in Options) verb.Add(option);
    }

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> Options => [_session, _resume, _round];

    /// <summary>The folder of the session, or null for none.</summary>
    public string? Folder(ParseResult arguments) => arguments.GetValue(_resume) ?? arguments.GetValue(_session);

    /// <summary>Whether a run is to be taken up again.</summary>
    public bool IsResumed(ParseResult arguments) => arguments.GetValue(_resume) is not null;

    /// <summary>The round to go on after, or null for the last.</summary>
    public int? Round(ParseResult arguments) => arguments.GetValue(_round);

    /// <summary>
    /// The command line of the run: with --resume, that of then, where each option given now takes the place of the same and of those that
    /// it excludes.
    /// </summary>
    /// <param name="verb">The verb.</param>
    /// <param name="arguments">The command line as given.</param>
    /// <param name="exclusive">Sets of options of which a command line has at most one.</param>
    /// <exception cref="EspalierException">The options contradict each other, or there is no such session.</exception>
    public ParseResult Complete(Verb verb, ParseResult arguments, IReadOnlyList<IReadOnlyList<Option>> exclusive)
    {
        if (arguments.GetValue(_resume) is not { } folder)
        {
            if (arguments.GetValue(_round) is not null)
            {
                throw new EspalierException("--from-round is for --resume FOLDER; name the folder or leave it out.");
            }

            if (arguments.GetValue(_session) is { } fresh && File.Exists(Path.Combine(fresh, PruningSession.LogName)))
            {
                throw new EspalierException(
                    $"--session {fresh}: there is a session already; go on with --resume {fresh} or name another folder.");
            }

            return arguments;
        }

        if (arguments.GetValue(_session) is not null)
        {
            throw new EspalierException("--session and --resume: give one; a resumed run is kept where it was.");
        }

        ParseResult then = verb.Parse([.. SessionSummary.Of(folder).Recipe], CommandLineProgram.Syntax);
        if (then.Errors.Count > 0)
        {
            string fault = then.Errors[0].Message.ReplaceLineEndings(" ");
            throw new EspalierException($"{folder}: the command line of this session is of another version ({fault}).");
        }

        var replaced = new HashSet<Symbol>();
        foreach (Option given in Given(arguments).OfType<OptionResult>().Select(result => result.Option))
        {
            replaced.Add(given);
            replaced.UnionWith(exclusive.Where(set => set.Contains(given)).SelectMany(set => set));
        }

        if (Given(arguments).Any(result => result is ArgumentResult)) replaced.UnionWith(verb.Arguments);
        IEnumerable<SymbolResult> kept = Given(then).Where(result => !replaced.Contains(SymbolOf(result)));
        return verb.Parse([.. kept.Concat(Given(arguments)).SelectMany(Words)], CommandLineProgram.Syntax);
    }

    /// <summary>The command line in words for <see cref="PruningSession.Recipe"/>, but for what concerns this start of it alone.</summary>
    public IReadOnlyList<string> Recipe(ParseResult arguments)
    {
        Option[] ownToStart = [.. Options, CommonOptions.Json];
        return [.. Given(arguments).Where(result => !ownToStart.Contains(SymbolOf(result))).SelectMany(Words)];
    }

    private static IEnumerable<SymbolResult> Given(ParseResult arguments) => arguments.CommandResult.Children.Where(result => result switch
    {
        OptionResult option => !option.Implicit,
        ArgumentResult argument => argument.Tokens.Count > 0,
        _ => false,
    });

    private static Symbol SymbolOf(SymbolResult result) =>
        result is OptionResult option ? option.Option : ((ArgumentResult)result).Argument;

    private static IEnumerable<string> Words(SymbolResult result)
    {
        IEnumerable<string> values = result.Tokens.Select(token => token.Value);
        return result is OptionResult option ? values.Prepend(option.Option.Name) : values;
    }
}
