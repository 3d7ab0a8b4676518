using System.CommandLine;

namespace Espalier.Cli;

/// <summary>The list of verbs, in the order of a model's life.</summary>
internal static class Verbs
{
    /// <summary>All verbs, writing to <paramref name="terminal"/>.</summary>
    public static IEnumerable<Command> All(Terminal terminal)
    {
        _ = terminal;
        return [];
    }
}
