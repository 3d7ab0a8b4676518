using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Generator.Diagnostics;

namespace Espalier.Generator.Pipeline;

/// <summary>The generated files of one network.</summary>
/// <param name="Surface">What callers depend on; the same while only weights change.</param>
/// <param name="Kernels">What computes.</param>
/// <param name="Costs">What the code costs: a message, not a fault.</param>
internal sealed record EmittedNetwork(EmittedFile Surface, EquatableArray<EmittedFile> Kernels, DiagnosticInfo Costs)
{
    /// <summary>
    /// What callers compile against. After a fault it is that of a network with one input and one output, without kernels: the build fails
    /// by the one error that matters, not by one more for each place that names the class.
    /// </summary>
    public static EmittedFile? SurfaceOf(Outcome<EmittedNetwork> outcome) =>
        outcome.Value is not null ? outcome.Value.Surface
        : outcome.Class is null ? null
        : CSharpEmitter.EmitSurface(
            new NetworkHeader(outcome.Class.ClassName, InputLength: 1, OutputLength: 1, WorkspaceLength: 1), outcome.Class);
}
