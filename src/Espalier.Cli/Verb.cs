using System.CommandLine;

namespace Espalier.Cli;

/// <summary>One verb of the command line: its options, its examples, and what it does.</summary>
internal abstract class Verb : Command
{
    /// <summary>Declares the verb; <paramref name="examples"/> end its help text.</summary>
    protected Verb(string name, string description, Terminal terminal, params string[] examples) : base(name, description)
    {
        (Terminal, Examples) = (terminal, examples);
        Add(CommonOptions.Json);
        SetAction((arguments, cancel) => Task.Run(() => Run(arguments, cancel), cancel));
    }

    /// <summary>Command lines that work, shown by <c>--help</c>.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Names that options or arguments take, listed by the verb's own <c>--help</c>: headings, and a line for each.</summary>
    public IReadOnlyList<NameList> Names { get; protected init; } = [];

    /// <summary>Where the verb writes.</summary>
    protected Terminal Terminal { get; }

    /// <summary>Does the work.</summary>
    /// <returns>An exit code: see <see cref="ExitCode"/>.</returns>
    /// <exception cref="EspalierException">The user gave something that cannot be used.</exception>
    protected abstract int Run(ParseResult arguments, CancellationToken cancel);

    /// <summary>
    /// Runs <paramref name="work"/>, which cannot be cancelled and writes no file: when the user interrupts, it is left to itself.
    /// </summary>
    /// <exception cref="OperationCanceledException">The user interrupted.</exception>
    protected static T RunOrLeave<T>(Func<T> work, CancellationToken cancel) =>
        Task.Run(work, cancel).WaitAsync(cancel).GetAwaiter().GetResult();

    /// <summary>Whether the user asked for JSON.</summary>
    protected static bool WantsJson(ParseResult arguments) => arguments.GetValue(CommonOptions.Json);
}
