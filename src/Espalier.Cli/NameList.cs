namespace Espalier.Cli;

/// <summary>Names that a command line may give, with a line on each.</summary>
/// <param name="Heading">What they are names of.</param>
/// <param name="Entries">The names and what they mean.</param>
internal sealed record NameList(string Heading, IReadOnlyList<(string Name, string Description)> Entries)
{
    /// <summary>The list as lines, the descriptions one below the other.</summary>
    public IEnumerable<string> Lines
    {
        get
        {
            int width = Entries.Max(entry => entry.Name.Length);
            return Entries.Select(entry => $"    {entry.Name.PadRight(width)}  {entry.Description}").Prepend($"{Heading}:");
        }
    }
}
