using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>
/// Lets a convolution and the pooling behind it be computed together, so that only what the pooling yields is stored.
/// </summary>
/// <remarks>
/// Before: the plans have a stage for each layer. After: in plans that have a kernel for both together, a convolution that a pooling alone
/// reads is one stage with it; all other stages are as they were. Example: convolution, pooling, dense are the stages {convolution +
/// pooling} and {dense} with registers, and three stages in scalar code.
/// </remarks>
internal static class FusePooling
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "fuse pooling";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered) => lowered.WithPlans(Fused);

    private static WidthPlan Fused(WidthPlan plan)
    {
        var stages = new List<Stage>();

        // Where each of the old stages went: a convolution to where its pooling is.
        var places = new int[plan.Stages.Length];
        for (int i = 0; i < places.Length; i++)
        {
            Stage stage = plan.Stages[i];
            int source = stage.Sources[0];
            if (stage.Layer is PoolingLayer pooling && source >= 0 && IsReadOnce(plan, source)
                && Offered(stages[places[source]] with { Pooling = pooling }, plan.Width) is Stage both)
            {
                // The stage stays where the convolution stood: nothing before the pooling reads it.
                stages[places[source]] = both;
                places[i] = places[source];
                continue;
            }

            places[i] = stages.Count;
            stages.Add(stage with
            {
                Sources = new EquatableArray<int>(stage.Sources.Select(old => old < 0 ? old : places[old])),
            });
        }

        return stages.Count == places.Length ? plan : plan with { Stages = new EquatableArray<Stage>(stages) };
    }

    private static bool IsReadOnce(WidthPlan plan, int index) =>
        plan.Stages[index] is { Layer: ConvolutionLayer, Pooling: null }
            && plan.Stages.Sum(stage => stage.Sources.Count(source => source == index)) == 1;

    private static Stage? Offered(Stage stage, VectorWidth width) =>
        Kernel.All.Any(kernel => kernel.Computes(stage.Layer) && kernel.Offers(stage, width)) ? stage : null;
}
