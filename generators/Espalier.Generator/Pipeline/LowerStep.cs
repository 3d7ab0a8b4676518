using System.Threading;
using Espalier.Compilation.Lowering;

namespace Espalier.Generator.Pipeline;

/// <summary>From a network to a plan of code.</summary>
internal static class LowerStep
{
    /// <summary>Lowers <paramref name="parsed"/> with the default options.</summary>
    public static Outcome<LoweredClass> Run(string path, ParsedNetwork parsed, CancellationToken cancellationToken) =>
        new(path, new LoweredClass(parsed.Class, LoweringPipeline.Run(parsed.Network, LoweringOptions.Default, cancellationToken)));
}
