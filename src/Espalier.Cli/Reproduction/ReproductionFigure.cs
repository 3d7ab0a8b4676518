namespace Espalier.Cli.Reproduction;

/// <summary>A picture of an experiment.</summary>
/// <param name="Name">The name of its file, without the extension.</param>
/// <param name="Svg">The picture.</param>
/// <param name="Caption">What it shows, and what to look at.</param>
internal sealed record ReproductionFigure(string Name, string Svg, string Caption);
