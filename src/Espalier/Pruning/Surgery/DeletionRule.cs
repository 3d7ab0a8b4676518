namespace Espalier.Pruning.Surgery;

/// <summary>What a <see cref="DeletionOrder"/> does, on a network in one vector.</summary>
internal abstract class DeletionRule
{
    /// <summary>Makes the rule of <paramref name="order"/>.</summary>
    public static DeletionRule Create(DeletionOrder order, CurvatureOptions options) => order switch
    {
        DeletionOrder.OptimalBrainSurgeon => new SurgeonRule(options),
        DeletionOrder.OptimalBrainDamage => new DamageRule(options),
        DeletionOrder.Magnitude => new MagnitudeRule(),
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "Not an order."),
    };

    /// <summary>Looks at the function around the network's present parameters.</summary>
    public abstract void Refresh(FlatNetwork network, FlatObjective objective, CancellationToken cancellation);

    /// <summary>What the deletion of a live parameter is expected to cost; for magnitude, something that ranks like it.</summary>
    public abstract double Saliency(FlatNetwork network, int index);

    /// <summary>Removes a parameter from <paramref name="network"/>, and moves the others if the rule does.</summary>
    public virtual void Delete(FlatNetwork network, int index) => network.Remove(index);

    /// <summary>Says that the deletion stands, and is to be reckoned with until the next <see cref="Refresh"/>.</summary>
    public virtual void Accept(int index)
    {
    }

    /// <summary>The parameters that may go, those of the least saliency first; among equals the earlier.</summary>
    public int[] Rank(FlatNetwork network, bool withBiases)
    {
        int[] candidates = Array.FindAll(network.LiveIndices(), index => withBiases || network.IsWeight[index]);
        double[] saliencies = Array.ConvertAll(candidates, index => Saliency(network, index));
        return [.. Enumerable.Range(0, candidates.Length).OrderBy(i => saliencies[i]).Select(i => candidates[i])];
    }
}
