namespace Espalier.Pruning.Surgery;

/// <summary>
/// Goes through the curvature vectors of a set: see <see cref="FlatObjective.Curvature"/>. Sums over them are to be divided by
/// <see cref="Count"/>.
/// </summary>
internal static class CurvatureVectors
{
    /// <summary>The number of samples that are visited.</summary>
    public static int Count(FlatObjective objective, int samples) =>
        samples == 0 ? objective.SampleCount : Math.Min(samples, objective.SampleCount);

    /// <summary>Calls <paramref name="visit"/> with each vector, as long as all parameters; it may not keep it.</summary>
    /// <param name="objective">The function.</param>
    /// <param name="parameters">Where.</param>
    /// <param name="samples">The most samples, spread evenly over the set; 0 for all.</param>
    /// <param name="visit">Told each vector.</param>
    /// <param name="cancellation">Ends the walk.</param>
    public static void Visit(
        FlatObjective objective, ReadOnlySpan<double> parameters, int samples, Action<double[]> visit, CancellationToken cancellation)
    {
        int count = Count(objective, samples);
        var vectors = new double[objective.OutputLength][];
        for (int i = 0; i < vectors.Length; i++) vectors[i] = new double[parameters.Length];
        for (int i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            objective.Curvature(parameters, (int)((long)i * objective.SampleCount / count), vectors);
            foreach (double[] vector in vectors) visit(vector);
        }
    }
}
