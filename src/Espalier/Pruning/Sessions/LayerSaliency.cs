namespace Espalier.Pruning.Sessions;

/// <summary>How the worths of a layer's weights are spread.</summary>
/// <param name="Name">The parameter's name, such as "fc1.weights".</param>
/// <param name="All">The weights of the dense layer.</param>
/// <param name="Live">Those left.</param>
/// <param name="Low">A tenth of those left are worth at most this; null when none is left.</param>
/// <param name="Median">Half of them are worth at most this.</param>
/// <param name="High">Nine tenths of them are worth at most this.</param>
/// <param name="Histogram">The number of weights in each bin: see <see cref="SaliencySummary.Of"/>.</param>
public sealed record LayerSaliency(
    string Name, int All, int Live, float? Low, float? Median, float? High, IReadOnlyList<int> Histogram);
