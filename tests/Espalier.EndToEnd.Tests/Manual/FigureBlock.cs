namespace Espalier.EndToEnd.Tests.Manual;

/// <summary>Tables of the README that a file of the repository answers for.</summary>
/// <param name="Line">Where the block starts, from 1.</param>
/// <param name="Path">The file, from the folder of the solution on.</param>
/// <param name="Tables">The tables, each as its lines.</param>
internal sealed record FigureBlock(int Line, string Path, List<string> Tables);
