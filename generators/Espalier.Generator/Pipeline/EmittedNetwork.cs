using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;
using Espalier.Generator.Diagnostics;

namespace Espalier.Generator.Pipeline;

/// <summary>The generated files of one network.</summary>
/// <param name="Surface">What callers depend on; the same while only weights change.</param>
/// <param name="Kernels">What computes.</param>
/// <param name="Costs">What the code costs: a message, not a fault.</param>
internal sealed record EmittedNetwork(EmittedFile Surface, EquatableArray<EmittedFile> Kernels, DiagnosticInfo Costs);
