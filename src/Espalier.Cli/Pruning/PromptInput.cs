using Spectre.Console;

namespace Espalier.Cli.Pruning;

/// <summary>Commands chosen from a list with the arrow keys, for people.</summary>
internal sealed class PromptInput(IAnsiConsole console) : ICommandInput
{
    /// <inheritdoc/>
    public string? Read(IReadOnlyList<InteractiveCommand> commands, CancellationToken cancel)
    {
        try
        {
            return Ask(commands, cancel);
        }
        catch (OperationCanceledException)
        {
            // A list that is left in the middle leaves the cursor hidden.
            console.Cursor.Show();
            throw;
        }
    }

    private string Ask(IReadOnlyList<InteractiveCommand> commands, CancellationToken cancel)
    {
        SelectionPrompt<InteractiveCommand> list = new SelectionPrompt<InteractiveCommand>()
            .Title("What now?")
            .PageSize(commands.Count)
            .UseConverter(command => Markup.Escape($"{command.Name,-10} {command.Help}"))
            .AddChoices(commands);
        InteractiveCommand chosen = list.ShowAsync(console, cancel).GetAwaiter().GetResult();
        if (chosen.Argument.Length == 0) return chosen.Name;
        TextPrompt<string> value = new TextPrompt<string>(Markup.Escape($"{chosen.Name} {chosen.Argument}:"));
        if (!chosen.NeedsArgument) value.AllowEmpty();
        return $"{chosen.Name} {value.ShowAsync(console, cancel).GetAwaiter().GetResult()}";
    }
}
