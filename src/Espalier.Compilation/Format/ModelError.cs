namespace Espalier.Compilation.Format;

/// <summary>What is wrong with a model text, and where.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The character within the line, from 1; one past the last character when something is missing there.</param>
/// <param name="Length">How many characters of that line are meant; 0 when the end of the line or of the file is.</param>
/// <param name="Message">One line: what was found, what was expected, and how to mend it.</param>
public sealed record ModelError(int Line, int Column, int Length, string Message);
