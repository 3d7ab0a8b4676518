using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;

namespace Espalier.Generator.Pipeline;

/// <summary>A plan of code and the class that it becomes.</summary>
/// <param name="Class">The class.</param>
/// <param name="Network">The plan.</param>
/// <param name="Costs">What the code costs, in one line.</param>
internal sealed record LoweredClass(EmitOptions Class, LoweredNetwork Network, string Costs);
