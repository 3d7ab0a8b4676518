using System.CommandLine;

namespace Espalier.Cli;

/// <summary>What a command line says of its options.</summary>
internal static class ParsedOptions
{
    /// <summary>Whether the user wrote the option; false where its default stands in.</summary>
    public static bool IsGiven(this ParseResult arguments, Option option) => arguments.GetResult(option) is { Implicit: false };
}
