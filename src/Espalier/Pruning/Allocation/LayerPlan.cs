using Espalier.Training;

namespace Espalier.Pruning.Allocation;

/// <summary>How many weights each layer keeps, for any number of weights in all.</summary>
public abstract class LayerPlan
{
    /// <summary>Makes a plan for the layers of <paramref name="network"/>.</summary>
    protected LayerPlan(TrainableNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        Live = [.. network.PrunableParameters.Select(layer => layer.LiveCount)];
    }

    /// <summary>The weights that each layer has left, when the plan was made.</summary>
    public IReadOnlyList<int> Live { get; }

    /// <summary>The least number of weights that the plan can share out: one for each layer that has any left.</summary>
    public int Least => Live.Count(live => live > 0);

    /// <summary>
    /// The number of weights that each layer keeps of <paramref name="keep"/> in all: at most what it has, and no layer is emptied.
    /// </summary>
    /// <exception cref="EspalierException">There are fewer weights to keep than layers, or more than are left.</exception>
    public IReadOnlyList<int> CountsFor(int keep)
    {
        int live = Live.Sum();
        if (keep < Least)
        {
            throw new EspalierException(
                $"{keep} weights cannot be shared out over {Least} layers without emptying one; keep at least {Least}.");
        }

        if (keep > live) throw new EspalierException($"{keep} weights are to be kept, but only {live} are left. Ask for fewer.");
        return keep == live ? Live : Apportionment.Share(ProportionsFor(keep), Live, keep);
    }

    /// <summary>
    /// The numbers of weights for the layers that this plan is after; what they lack or exceed <paramref name="keep"/> by is made up for in
    /// proportion to them.
    /// </summary>
    protected abstract IReadOnlyList<double> ProportionsFor(int keep);
}
