namespace Espalier.Cli.Reproduction;

/// <summary>A table of an experiment beyond its rows: what a reader of the page wants to see in full.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Headings">The names of the columns.</param>
/// <param name="Rows">The cells.</param>
internal sealed record ReproductionTable(string Title, IReadOnlyList<string> Headings, IReadOnlyList<IReadOnlyList<string>> Rows);
