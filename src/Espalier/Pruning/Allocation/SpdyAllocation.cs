using Espalier.Pruning.Criteria;
using Espalier.Reporting;
using Espalier.Training;

namespace Espalier.Pruning.Allocation;

/// <summary>
/// Allocation by SPDY (Frantar and Alistarh, SPDY: Accurate Pruning with Speedup Guarantees, 2022): each layer has levels of sparsity, each
/// with the layer's own loss; a dynamic program chooses the levels of the least sum within the budget; and because the sum is a poor
/// stand-in for the loss of the network, a search looks for the coefficients of the layers with which the program's choice has the least
/// real loss.
/// </summary>
/// <remarks>
/// On the LeNet-300-100 of the authors of layer-wise OBS, at their 12x (22,408 weights), with traces of ExactOBS and no retraining: test
/// error 1.73 %, and 1.68 once fitted by least squares; their own ratios 1.74 and 1.72, the global order of ExactOBS 1.75 and 1.73. At 25x
/// it does not pay: 2.55 and 2.44, the global order 2.26 and 2.42.
/// </remarks>
/// <param name="curves">Measures what pruning costs each layer, for instance by traces of ExactOBS.</param>
/// <param name="options">The constants, or null for the authors'.</param>
public sealed class SpdyAllocation(
    Func<PruningContext, CancellationToken, IReadOnlyList<ILayerLossCurve>> curves, SpdyOptions? options = null) : LayerAllocation
{
    /// <summary>The second level keeps this part of a layer, and each further one <see cref="LevelFactor"/> of the one before.</summary>
    private const double SecondLevel = 0.6, LevelFactor = 0.9;

    /// <summary>The sparsest level keeps at least this part of a layer, and one weight.</summary>
    private const double LastLevel = 0.002;

    private readonly SpdyOptions _options = options ?? new SpdyOptions();

    /// <inheritdoc/>
    public override string Name => "spdy";

    /// <inheritdoc/>
    public override LayerPlan Prepare(
        PruningContext context, PruningCriterion criterion, int near, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        _options.Validate();
        IReadOnlyList<ILayerLossCurve> layers = curves(context, cancellation);
        IReadOnlyList<Parameter> parameters = context.Network.PrunableParameters;
        if (layers.Count != parameters.Count)
        {
            throw new ArgumentException($"{layers.Count} curves for {parameters.Count} layers of weights.", nameof(context));
        }

        int[][] levels = [.. layers.Select(Levels)];
        double[] prices = _options.Price is CompiledCost price
            ? Prices(context, price, near, cancellation)
            : [.. parameters.Select(_ => 1.0)];
        var program = new SpdyProgram(layers, levels, prices);
        double[] coefficients = new SpdySearch(context, layers, program, _options).Find(near, cancellation);
        return new Plan(context.Network, program, coefficients);
    }

    /// <summary>The numbers of weights that are levels of a layer, from all down.</summary>
    internal static int[] Levels(ILayerLossCurve layer)
    {
        var levels = new List<int> { layer.Most };
        for (double part = SecondLevel; part >= LastLevel; part *= LevelFactor)
        {
            int keep = Math.Max(Math.Max(1, layer.Least), (int)Math.Round(part * layer.Most));
            if (keep < levels[^1]) levels.Add(keep);
        }

        return [.. levels];
    }

    // The cost of a weight in each layer, where magnitude leaves about as many as will be asked for.
    private static double[] Prices(PruningContext context, CompiledCost price, int near, CancellationToken cancellation)
    {
        TrainableNetwork pruned = context.Network.Clone();
        new MagnitudeCriterion().Remove(context with { Network = pruned }, new RemovalBudget(near, PruningScope.Global), cancellation);
        double[] prices = [.. price.OfWeightedLayers(pruned).Select(layer => layer.Cost / Math.Max(1, layer.Layer.NonZeros))];

        // Only their ratios count. A layer of which nothing is left costs as little as any.
        double least = prices.Where(each => each > 0).DefaultIfEmpty(1).Min();
        return Array.ConvertAll(prices, each => Math.Max(1, each / least));
    }

    private sealed class Plan(TrainableNetwork network, SpdyProgram program, double[] coefficients) : LayerPlan(network)
    {
        protected override IReadOnlyList<double> ProportionsFor(int keep) =>
            [.. program.Solve(coefficients, keep).Select((level, layer) => (double)program.Levels[layer][level])];
    }
}
