namespace Espalier.Data;

/// <summary>
/// The affine map that made the inputs of the values of the file, feature by feature: input = (value - Offset) / Scale. It is found on
/// the training part alone, and whoever feeds the network new values must apply it to them.
/// </summary>
/// <param name="Offsets">What is subtracted: the mean over the training part; 0 where the feature is left alone.</param>
/// <param name="Scales">What is divided by: the standard deviation over the training part; 1 where the feature is left alone.</param>
/// <param name="Fills">What stood in for a missing value, in units of the file; NaN for a feature of which a missing value is an
/// error.</param>
public sealed record FeatureScaling(IReadOnlyList<float> Offsets, IReadOnlyList<float> Scales, IReadOnlyList<float> Fills)
{
    /// <summary>Fits the map to a training part whose missing inputs are NaN.</summary>
    /// <param name="train">The training part.</param>
    /// <param name="missing">What stands in for missing inputs.</param>
    /// <param name="standardize">Whether features that vary get mean 0 and (population) standard deviation 1.</param>
    /// <exception cref="EspalierException">A feature is missing in all of the training part, so that nothing can stand in for
    /// it.</exception>
    public static FeatureScaling Fit(Dataset train, MissingValues missing, bool standardize)
    {
        ArgumentNullException.ThrowIfNull(train);
        int length = train.InputShape.Length;
        float[] offsets = new float[length], scales = new float[length], fills = new float[length];
        for (int f = 0; f < length; f++)
        {
            (offsets[f], scales[f]) = (0, 1);
            List<float> present = PresentValues(train, f);
            fills[f] = Fill(train, f, present, missing);
            if (!standardize) continue;
            int absent = missing == MissingValues.Error ? 0 : train.Count - present.Count;
            if (!Varies(present, absent, fills[f])) continue;
            (double mean, double deviation) = Moments(present, absent, fills[f]);
            (offsets[f], scales[f]) = ((float)mean, (float)deviation);
        }

        return new FeatureScaling(offsets, scales, fills);
    }

    /// <summary>A set whose inputs are those of <paramref name="set"/>, filled in and scaled.</summary>
    /// <exception cref="ArgumentException">The set has another number of features.</exception>
    public Dataset Apply(Dataset set)
    {
        ArgumentNullException.ThrowIfNull(set);
        int length = Offsets.Count;
        if (set.InputShape.Length != length)
        {
            throw new ArgumentException($"{set.InputShape.Length} features instead of {length}.", nameof(set));
        }

        var inputs = new float[set.Inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            int f = i % length;
            float value = float.IsNaN(set.Inputs[i]) ? Fills[f] : set.Inputs[i];
            inputs[i] = (value - Offsets[f]) / Scales[f];
        }

        return set.WithInputs(inputs, this);
    }

    private static List<float> PresentValues(Dataset set, int feature)
    {
        var values = new List<float>(set.Count);
        for (int i = feature; i < set.Inputs.Length; i += set.InputShape.Length)
        {
            if (!float.IsNaN(set.Inputs[i])) values.Add(set.Inputs[i]);
        }

        return values;
    }

    private static float Fill(Dataset train, int feature, List<float> present, MissingValues missing)
    {
        if (missing == MissingValues.Error) return float.NaN;
        if (present.Count == 0)
        {
            throw new EspalierException($"{train.Name}: feature {feature + 1} has no value at all; leave that column out.");
        }

        if (missing == MissingValues.Mean) return (float)Moments(present, 0, 0).Mean;
        float[] sorted = [.. present];
        Array.Sort(sorted);
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (float)((sorted[middle - 1] + (double)sorted[middle]) / 2);
    }

    // Not told by the deviation: rounding gives a constant feature one of about 1e-17.
    private static bool Varies(List<float> present, int absent, float fill) =>
        present.Exists(value => value != present[0]) || (absent > 0 && fill != present[0]);

    /// <summary>Mean and population standard deviation of the present values and of a fill value that stands in for the others.</summary>
    private static (double Mean, double Deviation) Moments(List<float> present, int absent, float fill)
    {
        double sum = absent == 0 ? 0 : absent * (double)fill;
        foreach (float value in present) sum += value;
        double mean = sum / (present.Count + absent);
        double squares = absent == 0 ? 0 : absent * (fill - mean) * (fill - mean);
        foreach (float value in present) squares += (value - mean) * (value - mean);
        return (mean, Math.Sqrt(squares / (present.Count + absent)));
    }
}
