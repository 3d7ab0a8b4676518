namespace Espalier.Cli.Pruning;

/// <summary>Commands line by line, as scripts and pipes give them.</summary>
internal sealed class LineInput(TextReader reader) : ICommandInput
{
    /// <inheritdoc/>
    public string? Read(IReadOnlyList<InteractiveCommand> commands, CancellationToken cancel) =>
        Task.Run(reader.ReadLine, cancel).WaitAsync(cancel).GetAwaiter().GetResult();
}
