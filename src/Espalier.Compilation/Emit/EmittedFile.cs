namespace Espalier.Compilation.Emit;

/// <summary>One generated source file.</summary>
/// <param name="HintName">A name that is unique among the networks of a project, such as <c>Acme.Digits.Kernels.g.cs</c>.</param>
/// <param name="Text">The whole text, lines ended by <c>\n</c>.</param>
public sealed record EmittedFile(string HintName, string Text);
