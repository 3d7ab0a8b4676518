namespace Espalier.Compilation.Lowering;

/// <summary>What a pass did, for the report and for the head of the generated file.</summary>
/// <param name="Pass">The name of the pass.</param>
/// <param name="Text">One sentence without full stop.</param>
public sealed record PassNote(string Pass, string Text);
