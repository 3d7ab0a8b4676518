using Espalier.Training;

namespace Espalier.Pruning.Allocation;

/// <summary>What pruning costs one layer by itself, for any number of weights that it may keep.</summary>
public interface ILayerLossCurve
{
    /// <summary>The fewest weights that the layer may keep.</summary>
    public int Least { get; }

    /// <summary>The weights that it has left.</summary>
    public int Most { get; }

    /// <summary>The loss of the layer when it keeps so many weights; 0 or more, and 0 when it keeps all.</summary>
    /// <param name="keep">From <see cref="Least"/> to <see cref="Most"/>.</param>
    public double LossAt(int keep);

    /// <summary>
    /// Prunes the layer to so many weights, whatever it was pruned to before, in the network of the curve or a copy of it.
    /// </summary>
    /// <param name="network">The network, of which this layer alone changes.</param>
    /// <param name="keep">From <see cref="Least"/> to <see cref="Most"/>.</param>
    public void Apply(TrainableNetwork network, int keep);
}
