using System;
using System.Collections.Generic;
using System.Threading;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>The way from a trained network to a plan of code: a visible list of passes with a verifier between them.</summary>
public static class LoweringPipeline
{
    /// <summary>The passes, in the order in which they run.</summary>
    public static IReadOnlyList<LoweringPass> Passes { get; } =
    [
        new(Validate.Name, Validate.Apply),
        new(SpreadGroups.Name, SpreadGroups.Apply),
        new(DropZeroWeights.Name, DropZeroWeights.Apply),
        new(FoldNormalization.Name, FoldNormalization.Apply),
        new(DropFlatten.Name, DropFlatten.Apply),
        new(DropDeadUnits.Name, DropDeadUnits.Apply),
        new(MergeEqualUnits.Name, MergeEqualUnits.Apply),
        new(NoteUnreadInputs.Name, NoteUnreadInputs.Apply),
        new(MakePlans.Name, MakePlans.Apply),
        new(FusePooling.Name, FusePooling.Apply),
        new(OrderUnits.Name, OrderUnits.Apply),
        new(ChooseKernels.Name, ChooseKernels.Apply),
        new(FuseLayers.Name, FuseLayers.Apply),
        new(KeepBestPlans.Name, KeepBestPlans.Apply),
        new(PlanScratch.Name, PlanScratch.Apply),
        new(SplitMethods.Name, SplitMethods.Apply),
    ];

    /// <summary>Lowers <paramref name="network"/> through all passes.</summary>
    /// <exception cref="ArgumentException">
    /// The network has a fault (see <see cref="Network.FindFault()"/>), or an option is out of range.
    /// </exception>
    /// <exception cref="NotSupportedException">A layer's kind has no kernel.</exception>
    public static LoweredNetwork Run(Network network, LoweringOptions? options = null, CancellationToken cancellationToken = default)
    {
        LoweredNetwork lowered = Start(network, options ?? LoweringOptions.Default);
        foreach (LoweringPass pass in Passes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lowered = pass.Apply(lowered);
            Verifier.Check(lowered, pass.Name);
        }

        return lowered;
    }

    /// <summary>What the first pass is given.</summary>
    internal static LoweredNetwork Start(Network network, LoweringOptions options)
    {
        if (network is null) throw new ArgumentNullException(nameof(network));
        return new LoweredNetwork(NetworkHeader.Of(network), NetworkContent.HashOf(network), network, options);
    }
}
