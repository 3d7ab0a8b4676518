using System.Collections.Generic;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>Decides how each layer is compiled: the one that the options force, else what <see cref="KernelChooser"/> says.</summary>
/// <remarks>
/// Before: dead units are gone. After: <see cref="LoweredNetwork.Kernels"/> holds one choice for each layer; the network is the same.
/// Example: of 784-300-100-10 at 8 % density, the first two layers loop over tables and the last is straight-line code.
/// </remarks>
internal static class ChooseKernels
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "choose kernels";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        var layers = new List<DenseLayer>();
        for (int i = 0; i < lowered.LayerCount; i++) layers.Add(lowered.Dense(i));
        return lowered with { Kernels = new EquatableArray<KernelChoice>(KernelChooser.Choose(layers, lowered.Options)) };
    }
}
