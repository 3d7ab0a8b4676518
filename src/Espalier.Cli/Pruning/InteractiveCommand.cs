namespace Espalier.Cli.Pruning;

/// <summary>A command of interactive pruning.</summary>
/// <param name="Name">The word.</param>
/// <param name="Argument">What may stand behind it, in brackets when it can be left out; empty when nothing may.</param>
/// <param name="Help">What it does.</param>
/// <param name="Run">Does it, given what stands behind the word.</param>
internal sealed record InteractiveCommand(string Name, string Argument, string Help, Action<string, CancellationToken> Run)
{
    /// <summary>Whether something must stand behind the word.</summary>
    public bool NeedsArgument => Argument.Length > 0 && Argument[0] != '[';
}
