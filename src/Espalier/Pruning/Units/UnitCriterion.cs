namespace Espalier.Pruning.Units;

/// <summary>Says what each unit of a network is worth: the lowest leave first. See <see cref="UnitPruner"/>.</summary>
public abstract class UnitCriterion
{
    /// <summary>What reports call it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether a score is the change of the mean loss that switching the unit off makes, or is expected to make.</summary>
    public virtual bool PredictsLoss => false;

    /// <summary>Whether the method can score the network's inputs too.</summary>
    public virtual bool ScoresInputs => true;

    /// <summary>Scores every unit: the higher, the more it is worth. The score of a unit that is already removed is 0.</summary>
    /// <param name="context">The network as it stands, with the samples and the loss to judge by.</param>
    /// <param name="withInputs">Whether the network's inputs are scored too.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>
    /// A score for each unit of each layer, by <see cref="UnitId"/>: the inputs (empty unless asked for), then each hidden layer.
    /// </returns>
    /// <exception cref="EspalierException">The method cannot treat this network, these data or inputs.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public double[][] Score(PruningContext context, bool withInputs = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (withInputs && !ScoresInputs)
        {
            throw new EspalierException($"{Name} says nothing about inputs; leave them out, or choose another criterion.");
        }

        var layers = new UnitLayers(context.Network);
        bool[][] live = layers.Live();
        if (!withInputs) live[0] = [];
        return Score(context, layers, live, cancellation);
    }

    /// <summary>Scores the units that <paramref name="live"/> has; its layers without any entry are not asked for.</summary>
    private protected abstract double[][] Score(PruningContext context, UnitLayers layers, bool[][] live, CancellationToken cancellation);

    private protected static double[][] NewScores(bool[][] live) => Array.ConvertAll(live, layer => new double[layer.Length]);
}
