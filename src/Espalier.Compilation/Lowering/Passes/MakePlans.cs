using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>Makes a plan for each register width that the options ask for, and the scalar one.</summary>
/// <remarks>
/// Before: the network has its final layers and no plan. After: <see cref="LoweredNetwork.Plans"/> holds one plan a width, from the widest
/// on, each with a stage for each of the network's layers as they are. Example: with the default options there are plans for 512, 256 and
/// 128 bits and for scalar code.
/// </remarks>
internal static class MakePlans
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "make plans";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        var stages = new EquatableArray<Stage>(lowered.Network.Layers.Select(
            (layer, i) => new Stage(layer, new EquatableArray<int>(lowered.Network.SourcesOf(i)))));
        VectorWidth[] widths = [.. lowered.Options.VectorWidths, VectorWidth.Scalar];
        return lowered with { Plans = new EquatableArray<WidthPlan>(widths.Select(width => new WidthPlan(width, stages))) };
    }
}
