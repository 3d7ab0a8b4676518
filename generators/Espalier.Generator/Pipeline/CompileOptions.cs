using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;

namespace Espalier.Generator.Pipeline;

/// <summary>What a project decides about one network.</summary>
/// <param name="Class">The class that it becomes.</param>
/// <param name="Lowering">How it is compiled.</param>
internal sealed record CompileOptions(EmitOptions Class, LoweringOptions Lowering);
