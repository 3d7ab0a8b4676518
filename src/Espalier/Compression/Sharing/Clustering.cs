namespace Espalier.Compression.Sharing;

/// <summary>Values divided into clusters.</summary>
/// <param name="Centroids">The mean of each cluster, ascending strictly; clusters without a value are left out.</param>
/// <param name="Members">For each value, in the order in which they were given, the index of its cluster.</param>
/// <param name="Inertias">
/// The sum of the squared distances between the values and their centroids, each time after the values were assigned; it never rises. The
/// last one is that of the centroids before they were rounded to single precision.
/// </param>
public sealed record Clustering(IReadOnlyList<float> Centroids, IReadOnlyList<int> Members, IReadOnlyList<double> Inertias);
