using System.CommandLine;
using System.CommandLine.Parsing;

namespace Espalier.Cli;

/// <summary>The first fault of a command line in one line: which argument, what is wrong with it, what to write instead.</summary>
internal static class ParseErrorText
{
    /// <summary>The fault in words, or null when the command line can be run.</summary>
    public static string? Of(ParseResult parsed)
    {
        if (parsed.Errors.Count > 0) return Of(parsed.Errors[0]);
        string? empty = parsed.CommandResult.Children.Where(IsEmpty).Select(NameOf).FirstOrDefault();
        return empty is null ? null : $"{empty} is empty; give it a value.";
    }

    // No path, name or number is empty: most likely a shell variable that was never set. Only the folder of data may be none.
    private static bool IsEmpty(SymbolResult result) =>
        result.Tokens.Any(token => token.Value.Length == 0) && NameOf(result) != CommonOptions.DataFolder.Name;

    private static string NameOf(SymbolResult result) => result switch
    {
        OptionResult { Option: var option } => option.Name,
        ArgumentResult { Argument: var argument } => argument.HelpName ?? argument.Name,
        _ => "An argument",
    };

    private static string Of(ParseError error)
    {
        // The parser lists the choices on lines of their own.
        string text = error.Message.ReplaceLineEndings(" ").Replace("\t", "", StringComparison.Ordinal);
        if (error.SymbolResult is not OptionResult { Option: var option, Tokens: [var token, ..] }) return text;
        bool isOfWrongType = text.StartsWith("Cannot parse", StringComparison.Ordinal);
        if (isOfWrongType) return $"{option.Name} {token.Value}: give {Expected(option.ValueType)}.";
        return text.Contains(option.Name, StringComparison.Ordinal) ? text : $"{option.Name}: {text}.";
    }

    private static string Expected(Type type) => Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) switch
    {
        TypeCode.UInt64 => "a whole number of 0 or more",
        TypeCode.Int32 => "a whole number",
        _ => "a number",
    };
}
