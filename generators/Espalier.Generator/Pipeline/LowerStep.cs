using System.Threading;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Generator.Diagnostics;

namespace Espalier.Generator.Pipeline;

/// <summary>From a network to a plan of code.</summary>
internal static class LowerStep
{
    /// <summary>Lowers <paramref name="parsed"/> as its project says.</summary>
    public static Outcome<LoweredClass> Run(string path, ParsedNetwork parsed, CancellationToken cancellationToken)
    {
        (EmitOptions options, LoweringOptions lowering) = (parsed.Options.Class, parsed.Options.Lowering);
        if (options.IsPlain && CSharpEmitter.FindPlainFault(parsed.Network) is string fault)
        {
            return new(DiagnosticInfo.AtStart(Descriptors.NotPlain, path, fault));
        }

        LoweredNetwork lowered = LoweringPipeline.Run(parsed.Network, lowering, cancellationToken);
        return new(path, new LoweredClass(options, lowered, CostLine.Of(parsed.Network, lowered)));
    }
}
