using System.CommandLine;
using System.CommandLine.Help;

namespace Espalier.Cli;

/// <summary>The command line as a function: tests call it in process with writers of their own.</summary>
internal static class CommandLineProgram
{
    private const string Name = "espalier";

    /// <summary>How all command lines are read.</summary>
    public static ParserConfiguration Syntax { get; } = new() { EnablePosixBundling = false };

    /// <summary>Parses and runs one command line.</summary>
    /// <returns>An exit code: see <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        ParseResult parsed = Build(terminal).Parse(args, Syntax);
        if (parsed.Action is not HelpWithExamples && ParseErrorText.Of(parsed) is { } fault)
        {
            terminal.RawError.WriteLine($"espalier: {fault} See: {HelpCommand(parsed)}");
            return ExitCode.BadInput;
        }

        try
        {
            var invocation = new InvocationConfiguration
            {
                Output = terminal.RawOutput,
                Error = terminal.RawError,
                EnableDefaultExceptionHandler = false,
            };
            return await parsed.InvokeAsync(invocation).ConfigureAwait(false);
        }
        catch (EspalierException error)
        {
            terminal.RawError.WriteLine($"espalier: {FlagNames.Translate(error.Message)}");
            return ExitCode.BadInput;
        }
        catch (OutOfMemoryException)
        {
            terminal.RawError.WriteLine("espalier: there is not enough memory for this; take a smaller network, batch or data set.");
            return ExitCode.BadInput;
        }
        catch (OperationCanceledException)
        {
            terminal.RawError.WriteLine("espalier: interrupted; no file was left half written.");
            return ExitCode.Interrupted;
        }
    }

    // A plain command rather than a RootCommand: that one takes its name in help texts from the host's file.
    private static Command Build(Terminal terminal)
    {
        var help = new HelpOption { Recursive = true };
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        var root = new Command(Name, "Trains small neural networks, prunes them, and compiles what is left into C#.")
        {
            help, new VersionOption(),
        };
        foreach (Command verb in VerbList.All(terminal)) root.Add(verb);
        foreach (Command group in root.Subcommands.Where(command => command is not Verb).Append(root))
        {
            string[] askForHelp = group == root ? ["--help"] : [group.Name, "--help"];
            group.SetAction(arguments => root.Parse(askForHelp).Invoke(arguments.InvocationConfiguration));
        }

        return root;
    }

    private static string HelpCommand(ParseResult parsed)
    {
        return $"{Path(parsed.CommandResult.Command)} --help";

        static string Path(Command command) =>
            command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : command.Name;
    }
}
