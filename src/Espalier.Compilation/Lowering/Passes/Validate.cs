using System;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>
/// Refuses a network that makes no sense, an option out of range, and a layer kind without a kernel, so that the passes behind need not
/// ask.
/// </summary>
/// <remarks>
/// Before: anything. After: <see cref="Network.FindFault()"/> finds nothing and there are kernels for all layers, batch normalisation
/// excepted, which does not last; the network is the same. Example: a layer that reads 3 values where 2 come to it is an
/// <see cref="ArgumentException"/> that says so.
/// </remarks>
internal static class Validate
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "validate";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        LoweringOptions options = lowered.Options;
        if (options.MethodTerms is < LoweringOptions.MinMethodTerms or > LoweringOptions.MaxMethodTerms)
        {
            throw new ArgumentException(
                $"MethodTerms is {options.MethodTerms}; give {LoweringOptions.MinMethodTerms} to {LoweringOptions.MaxMethodTerms}.");
        }

        if (options.CodeBudget < 0) throw new ArgumentException($"CodeBudget is {options.CodeBudget}; give 0 or more bytes.");
        if (lowered.Network.FindFault() is string fault) throw new ArgumentException($"The network cannot be compiled: {fault}");
        foreach (Layer layer in lowered.Network.Layers)
        {
            if (layer is BatchNormalizationLayer || Kernel.All.Any(kernel => kernel.Computes(layer))) continue;
            throw new NotSupportedException($"Layer '{layer.Name}' is a {layer.GetType().Name}, which has no kernel.");
        }

        return lowered;
    }
}
