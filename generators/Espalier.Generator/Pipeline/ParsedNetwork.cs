using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;

namespace Espalier.Generator.Pipeline;

/// <summary>A network and the class that it becomes.</summary>
internal sealed record ParsedNetwork(EmitOptions Class, Network Network);
