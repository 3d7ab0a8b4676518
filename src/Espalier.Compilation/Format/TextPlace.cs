namespace Espalier.Compilation.Format;

/// <summary>A token's place in a text.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The character within the line, from 1.</param>
/// <param name="Length">The token's length.</param>
internal readonly record struct TextPlace(int Line, int Column, int Length);
