namespace Espalier.Cli.Pruning;

/// <summary>Where the commands of interactive pruning come from.</summary>
internal interface ICommandInput
{
    /// <summary>The next command line, or null at the end.</summary>
    /// <exception cref="OperationCanceledException">The user interrupted.</exception>
    public string? Read(IReadOnlyList<InteractiveCommand> commands, CancellationToken cancel);
}
