namespace Espalier.Compression.Sharing;

/// <summary>Where the centroids of k-means stand at first (Han, Mao and Dally 2016, section 3.2).</summary>
public enum CentroidStart
{
    /// <summary>
    /// At even distances from the smallest to the largest weight, both included. The few large weights, which matter most, get centroids
    /// near them: the paper's best.
    /// </summary>
    Linear,

    /// <summary>At even steps of the cumulative distribution: as many weights between any two neighbours.</summary>
    Density,

    /// <summary>At weights drawn by chance (Forgy 1965).</summary>
    Random,
}
