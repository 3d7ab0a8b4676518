using Espalier.Training;

namespace Espalier.Compression.Sharing;

/// <summary>The choices of <see cref="SharedNetwork.Share"/>.</summary>
public sealed record WeightSharingOptions
{
    /// <summary>The most bits of a code: a layer has at most 65,536 shared weights.</summary>
    public const int MaxBits = 16;

    /// <summary>The bits of a code: a layer gets at most 2^Bits shared weights.</summary>
    public int Bits { get; init; } = 5;

    /// <summary>The bits of each layer, in order, in place of <see cref="Bits"/>; or null.</summary>
    public IReadOnlyList<int>? LayerBits { get; init; }

    /// <summary>The bits by which biases are shared as well, or null to leave each bias its own value.</summary>
    public int? BiasBits { get; init; }

    /// <summary>Where the centroids start.</summary>
    public CentroidStart Start { get; init; } = CentroidStart.Linear;

    /// <summary>Draws the centroids of a random start.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Throws when an option is out of its range or does not fit the network.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    internal void Validate(TrainableNetwork network)
    {
        int layers = network.PrunableParameters.Count;
        if (LayerBits is { Count: var count } && count != layers)
        {
            throw new EspalierException(
                $"Weights are to be shared by {count} numbers of bits, but the network has {layers} layers; give one each.");
        }

        foreach (int bits in (IEnumerable<int>)[Bits, .. LayerBits ?? [], BiasBits ?? 1])
        {
            if (bits is < 1 or > MaxBits) throw new EspalierException($"Weights cannot be shared by {bits} bits; give 1 to {MaxBits}.");
        }

        if (!Enum.IsDefined(Start)) throw new EspalierException($"There is no start {(int)Start} of centroids.");
    }
}
