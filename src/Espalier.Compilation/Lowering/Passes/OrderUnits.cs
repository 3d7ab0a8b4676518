using System.Linq;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Kernels.Permute;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>
/// Offers plans in which hidden units, and inputs too, stand in an order that fills the lanes of the permute kernel. Hidden units move at
/// no cost: a row of one layer and the column that reads it. Inputs cost a copy into another order, which the estimate of such a plan
/// holds; they move within windows only, because a free order costs more than it gains.
/// </summary>
/// <remarks>
/// Before: one plan a width. After: behind the plan of each width that the permute kernel has, one more of the same width with ordered
/// units, and at the widest another one with ordered units and inputs, where these need fewer packets; nothing is decided. The outputs of
/// the network stay in their order, and so does what comes out of other layers: behind convolutions, hidden units of the dense layers at
/// the end move alone. Example: of a 784-300-10 network whose units 0 and 2 read the same inputs, the ordered plans make them neighbours.
/// </remarks>
internal static class OrderUnits
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "order units";

    /// <summary>
    /// Fuller networks than this run as dense code in any order, and emptier ones than a few weights as straight-line code.
    /// </summary>
    private const double MaxDensity = 0.7;

    private const int MinWeights = 64;

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        WidthPlan? widest = lowered.Plans.FirstOrDefault(HasPermutes);
        if (widest is null) return lowered;
        DenseLayer[] tail = DenseTail(widest);
        if (!IsWorthIt(tail)) return lowered;

        // The search takes most of the compiler's time, so narrower registers are offered the order of the widest: of 784-300 at 5 % they
        // need 956 packets in it, 965 without and 880 in one of their own. An order of the inputs never gained them what its copy costs.
        int[] spans = tail.Length == widest.Stages.Length ? [0, InputWindows.Span] : [0];
        LaneOrder[] orders = [.. spans.Select(span => LaneOrder.Find(tail, widest.Width.Lanes(), span))
            .Where(order => !order.Layers.SequenceEqual(tail))];
        return lowered with
        {
            Plans = new EquatableArray<WidthPlan>(lowered.Plans.SelectMany(
                plan => HasPermutes(plan)
                    ? [plan, .. orders.Where(order => plan.Width == widest.Width || order.InputOrder is null)
                        .Select(order => Ordered(plan, order, lowered.Header.InputLength))]
                    : (WidthPlan[])[plan])),
        };
    }

    private static bool HasPermutes(WidthPlan plan) => plan.Width is VectorWidth.Vector512 or VectorWidth.Vector256;

    /// <summary>The dense layers at the end of a plan, each of which reads the one before it alone.</summary>
    private static DenseLayer[] DenseTail(WidthPlan plan)
    {
        int first = plan.Stages.Length;
        while (first > 0 && plan.Stages[first - 1].Layer is DenseLayer
            && (first == plan.Stages.Length || plan.Stages[first].Sources[0] == first - 1))
        {
            first--;
        }

        return [.. plan.Stages.Skip(first).Select(stage => (DenseLayer)stage.Layer)];
    }

    private static bool IsWorthIt(DenseLayer[] layers)
    {
        long weights = layers.Sum(layer => (long)layer.Weights.Count);
        long places = layers.Sum(layer => (long)layer.Weights.Rows * layer.Weights.Columns);
        return weights >= MinWeights && weights <= MaxDensity * places && layers.All(layer => layer.Weights.Count > 0);
    }

    private static WidthPlan Ordered(WidthPlan plan, LaneOrder order, int inputLength)
    {
        int first = plan.Stages.Length - order.Layers.Count;
        return plan with
        {
            Stages = new EquatableArray<Stage>(plan.Stages.Select(
                (stage, i) => i < first ? stage : stage with { Layer = order.Layers[i - first] })),
            InputOrder = new EquatableArray<int>(order.InputOrder ?? []),
            HasInputWindows = order.InputOrder is not null && InputWindows.Of(order.InputOrder, inputLength, plan.Width) is not null,
        };
    }
}
