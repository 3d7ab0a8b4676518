using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;

namespace Espalier.Generator.Pipeline;

/// <summary>A plan of code and the class that it becomes.</summary>
internal sealed record LoweredClass(EmitOptions Class, LoweredNetwork Network);
