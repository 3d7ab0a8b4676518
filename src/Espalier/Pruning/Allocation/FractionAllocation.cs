using Espalier.Training;
using static System.FormattableString;

namespace Espalier.Pruning.Allocation;

/// <summary>
/// Every layer keeps a fraction of its own, as papers print them (6.7, 20 and 65 % for L-OBS on LeNet-300-100). With another number of
/// weights in all, as on the way there, the fractions grow or shrink by one factor.
/// </summary>
public sealed class FractionAllocation : LayerAllocation
{
    /// <summary>Makes an allocation.</summary>
    /// <param name="fractions">What each layer keeps, in (0, 1], layer by layer.</param>
    /// <exception cref="EspalierException">A fraction is out of its range, or there is none.</exception>
    public FractionAllocation(IReadOnlyList<double> fractions)
    {
        ArgumentNullException.ThrowIfNull(fractions);
        if (fractions.Count == 0) throw new EspalierException("There is no fraction to keep; give one for each layer.");
        foreach (double fraction in fractions)
        {
            if (fraction is not (> 0 and <= 1))
            {
                throw new EspalierException(Invariant($"A layer cannot keep a fraction of {fraction}; give a number above 0 and up to 1."));
            }
        }

        Fractions = [.. fractions];
    }

    /// <summary>What each layer keeps, in (0, 1].</summary>
    public IReadOnlyList<double> Fractions { get; }

    /// <inheritdoc/>
    public override string Name => "fractions " + string.Join(", ", Fractions.Select(fraction => Invariant($"{fraction}")));

    /// <summary>
    /// The number of weights that the fractions come to: of n weights, n - round(n (1 - fraction)) in each layer, at least one (the
    /// rounding of the authors of L-OBS).
    /// </summary>
    /// <exception cref="EspalierException">The network has another number of layers.</exception>
    public int CountFor(TrainableNetwork network) => (int)Counts(network).Sum();

    /// <inheritdoc/>
    public override LayerPlan Prepare(
        PruningContext context, PruningCriterion criterion, int near, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new Plan(context.Network, Counts(context.Network));
    }

    private double[] Counts(TrainableNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.PrunableParameters.Count != Fractions.Count)
        {
            throw new EspalierException(
                $"{Fractions.Count} fractions are given for {network.PrunableParameters.Count} layers of weights; give one for each.");
        }

        return [.. network.PrunableParameters.Select((layer, i) => Count(layer.Values.Length, Fractions[i]))];
    }

    private static double Count(int weights, double fraction) =>
        Math.Max(1, weights - Math.Round(weights * (1 - fraction), MidpointRounding.ToEven));

    private sealed class Plan(TrainableNetwork network, double[] counts) : LayerPlan(network)
    {
        protected override IReadOnlyList<double> ProportionsFor(int keep) => counts;
    }
}
