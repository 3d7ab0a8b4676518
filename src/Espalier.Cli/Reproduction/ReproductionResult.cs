namespace Espalier.Cli.Reproduction;

/// <summary>What an experiment came to.</summary>
/// <param name="Rows">Published and measured figures.</param>
/// <param name="Tables">Tables beside them.</param>
/// <param name="Figures">Plots.</param>
internal sealed record ReproductionResult(
    IReadOnlyList<ReproductionRow> Rows, IReadOnlyList<ReproductionTable> Tables, IReadOnlyList<ReproductionFigure> Figures);
