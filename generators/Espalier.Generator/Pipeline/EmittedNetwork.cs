using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;

namespace Espalier.Generator.Pipeline;

/// <summary>The generated files of one network.</summary>
/// <param name="Surface">What callers depend on; the same while only weights change.</param>
/// <param name="Kernels">What computes.</param>
internal sealed record EmittedNetwork(EmittedFile Surface, EquatableArray<EmittedFile> Kernels);
