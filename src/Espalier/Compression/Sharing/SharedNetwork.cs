using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training;

namespace Espalier.Compression.Sharing;

/// <summary>
/// A network whose weights share a few values in each layer (trained quantisation: Han, Mao and Dally, Deep Compression, 2016, section 3).
/// Zero weights stay zero.
/// </summary>
public sealed class SharedNetwork
{
    private SharedNetwork(TrainableNetwork network, IReadOnlyList<SharedParameter> parameters) =>
        (Network, Parameters) = (network, parameters);

    /// <summary>The network, whose values are the shared ones.</summary>
    public TrainableNetwork Network { get; }

    /// <summary>What is shared: the weights of each layer, and the biases when they are shared as well.</summary>
    public IReadOnlyList<SharedParameter> Parameters { get; }

    /// <summary>
    /// Clusters the surviving weights of each layer of <paramref name="network"/> and puts centroids in their places; its zeros are frozen.
    /// </summary>
    /// <exception cref="EspalierException">An option is out of its range; the network is unchanged then.</exception>
    public static SharedNetwork Share(TrainableNetwork network, WeightSharingOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(network);
        var shared = new List<SharedParameter>();
        int layer = 0;
        foreach (Parameter parameter in network.Parameters)
        {
            if (parameter.IsWeight)
            {
                parameter.FreezeZeros();
                shared.Add(SharedParameter.Share(parameter, options.LayerBits?[layer] ?? options.Bits, options));
                layer++;
            }
            else if (parameter.IsLearned && options.BiasBits is int bits)
            {
                shared.Add(SharedParameter.Share(parameter, bits, options));
            }
        }

        return new SharedNetwork(network, shared);
    }

    /// <summary>
    /// Trains the shared values, and the biases that are not shared. Weight decay, if the options have any, acts on a shared value once,
    /// however many weights have it.
    /// </summary>
    /// <param name="train">What it learns from.</param>
    /// <param name="validation">What early stopping and the history look at, or null.</param>
    /// <param name="options">All other choices.</param>
    /// <param name="progress">Told about fifty times an epoch, or null.</param>
    /// <param name="cancellation">Ends the run after the step under way.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="EspalierException">
    /// The data do not fit the network, an option is out of its range, or the loss is no longer finite.
    /// </exception>
    public TrainingResult Train(
        Dataset train, Dataset? validation, TrainingOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        var trainer = new Trainer(Network, train, validation, options) { Hook = new CentroidHook(Parameters) };
        return trainer.Run(progress, cancellation);
    }

    /// <summary>
    /// The network as an immutable value whose layers name their shared weights: the model file spells them as a codebook and codes.
    /// </summary>
    public Network ToNetwork()
    {
        Network plain = Network.ToNetwork();
        return plain with { Layers = new(plain.Layers.Select(WithCodebook)) };
    }

    private static Layer WithCodebook(Layer layer)
    {
        if (layer is not WeightedLayer { Weights: { Count: > 0 } weights } weighted) return layer;
        var codebook = new FloatVector([.. new SortedSet<float>(weights.RawValues)]);
        return weighted with
        {
            Weights = new SparseMatrix(
                weights.Rows, weights.Columns, weights.RawRowStarts, weights.RawColumnIndices, weights.RawValues, codebook),
        };
    }
}
