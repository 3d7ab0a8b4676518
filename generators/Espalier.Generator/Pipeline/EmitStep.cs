using System.Threading;
using Espalier.Compilation.Emit;
using Espalier.Generator.Diagnostics;

namespace Espalier.Generator.Pipeline;

/// <summary>From the plan of code to source text.</summary>
internal static class EmitStep
{
    /// <summary>Emits all files of <paramref name="lowered"/>.</summary>
    public static Outcome<EmittedNetwork> Run(string path, LoweredClass lowered, CancellationToken cancellationToken) =>
        new(path, new EmittedNetwork(
            CSharpEmitter.EmitSurface(lowered.Network.Header, lowered.Class),
            CSharpEmitter.EmitKernels(lowered.Network, lowered.Class, cancellationToken),
            DiagnosticInfo.AtStart(Descriptors.Costs, path, lowered.Costs)));
}
