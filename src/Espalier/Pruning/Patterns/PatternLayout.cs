using Espalier.Pruning.Criteria;
using Espalier.Pruning.Layerwise;
using Espalier.Training;

namespace Espalier.Pruning.Patterns;

/// <summary>A pattern laid out over the layers of a network: made once, before weights go, and kept while they do.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="Layers">
/// One for each of <see cref="TrainableNetwork.PrunableParameters"/>; null where a layer is too small and left to single weights (which all
/// stay when the pattern <see cref="PruningPattern.SaysHowMany"/>).
/// </param>
public sealed record PatternLayout(PruningPattern Pattern, IReadOnlyList<LayerLayout?> Layers)
{
    /// <summary>Lays a pattern out.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="context">The network as it stands before the first removal, with its training samples.</param>
    /// <param name="criterion">What a weight is worth, for an order that asks; where it scores no weights, their magnitude.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="EspalierException">
    /// The pattern fits no layer, or the criterion cannot treat this network or follow the pattern.
    /// </exception>
    public static PatternLayout Arrange(
        PruningPattern pattern, PruningContext context, PruningCriterion criterion, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(criterion);
        criterion.RequireCanFollow(pattern);
        pattern.RequireFit(context.Network);
        IReadOnlyList<Parameter> layers = context.Network.PrunableParameters;
        if (pattern.Order == PatternOrder.Consecutive) return new PatternLayout(pattern, [.. layers.Select(Follow)]);
        ScoreCriterion scoring = criterion as ScoreCriterion ?? new MagnitudeCriterion();
        float[][] scores = scoring.Score(context, cancellation);
        WeightedPlace[] places = WeightedLayers.Of(context.Network);
        var layouts = new LayerLayout?[layers.Count];
        for (int i = 0; i < layouts.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Parameter layer = layers[i];
            if (!pattern.Fits(layer.Rows, layer.Columns)) continue;

            // Units of a layer that is too small for groups follow each other; what is no unit of a dense layer stands where it stands.
            bool readsUnits = i > 0 && places[i - 1].Index == places[i].Index - 1
                && UnitOrder.CanChange(context.Network, places[i - 1].Index);
            LayerLayout? before = readsUnits ? layouts[i - 1] ?? LayerLayout.Consecutive(pattern, layer.Columns, 1) : null;
            double[][] worth = new LayerWorth(layer, scores[i], scoring.AddsUpInSquares).Rows();
            bool readsSamples = places[i].Layer is TrainableDense && context.Network.SourcesOf(places[i].Index)[0] < 0;
            layouts[i] = LayerLayout.Arrange(pattern, worth, IdleInputs(layer, readsSamples ? context.Train.Inputs : []), before);
        }

        return new PatternLayout(pattern, layouts);

        LayerLayout? Follow(Parameter layer) =>
            pattern.Fits(layer.Rows, layer.Columns) ? LayerLayout.Consecutive(pattern, layer.Rows, layer.Columns) : null;
    }

    /// <summary>
    /// A copy of a network whose hidden units stand so that each group's follow each other, or, where units do not meet, those of each
    /// slice of the next layer: what kernels read side by side is then side by side. The network's inputs and outputs stay in their order,
    /// and so do filters of convolutions and what is read by other layers than a dense one.
    /// </summary>
    /// <param name="network">A network of the layers that were laid out.</param>
    public TrainableNetwork OrderUnits(TrainableNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        TrainableNetwork ordered = network;
        WeightedPlace[] layers = WeightedLayers.Of(network);
        for (int i = 0; i + 1 < Layers.Count; i++)
        {
            IReadOnlyList<int>? places = Pattern.Units > 1 ? Layers[i]?.GroupOfUnit : Layers[i + 1]?.SliceOfInput;
            if (places is null || !UnitOrder.CanChange(network, layers[i].Index)) continue;

            // Those without a slice come last.
            IEnumerable<int> units = Enumerable.Range(0, places.Count);
            int[] order = [.. units.OrderBy(unit => places[unit] == LayerLayout.Idle ? int.MaxValue : places[unit])];
            ordered = UnitOrder.Apply(ordered, layers[i].Index, order);
        }

        return ordered;
    }

    /// <summary>The least number of weights that the pattern leaves of each layer.</summary>
    internal int[] Least(IReadOnlyList<Parameter> layers) => [.. layers.Select((layer, i) =>
        !Pattern.SaysHowMany ? 0 : Layers[i] is null ? layer.LiveCount : LeastOf(Divide(layer, i, new float[layer.Values.Length], false)))];

    /// <summary>The sets of a layer's weights that leave together.</summary>
    internal WeightSets Divide(Parameter layer, int index, float[] scores, bool inSquares)
    {
        var worth = new LayerWorth(layer, scores, inSquares);
        return Layers[index] is LayerLayout layout ? Pattern.Divide(worth, layout) : SingleWeights.Divide(worth, Pattern.SaysHowMany);
    }

    private static int LeastOf(WeightSets sets) =>
        Enumerable.Range(0, sets.Count).Where(set => double.IsPositiveInfinity(sets.Worth(set))).Sum(set => sets.Live[set]);

    /// <summary>The inputs without a weight, and those that are zero in all samples.</summary>
    private static bool[] IdleInputs(Parameter layer, ReadOnlySpan<float> samples)
    {
        var isIdle = new bool[layer.Columns];
        for (int i = 0; i < isIdle.Length; i++)
        {
            isIdle[i] = samples.Length > 0;
            for (int j = i; j < samples.Length && isIdle[i]; j += isIdle.Length) isIdle[i] = samples[j] == 0;
            bool isRead = false;
            for (int j = i; j < layer.Values.Length && !isRead; j += isIdle.Length) isRead = layer.Mask?[j] != Parameter.Removed;
            isIdle[i] |= !isRead;
        }

        return isIdle;
    }
}
