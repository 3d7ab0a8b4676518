using Espalier.Compilation.Model;

namespace Espalier.Generator.Pipeline;

/// <summary>A network and what the project decides about it.</summary>
internal sealed record ParsedNetwork(CompileOptions Options, Network Network);
