using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;

namespace Espalier.Inference;

/// <summary>How a network is compiled in memory.</summary>
public sealed record CompileOptions
{
    /// <summary>How the network is lowered.</summary>
    public LoweringOptions Lowering { get; init; } = LoweringOptions.Default;

    /// <summary>What the generated class is called; null for the network's name.</summary>
    public EmitOptions? Emit { get; init; }
}
