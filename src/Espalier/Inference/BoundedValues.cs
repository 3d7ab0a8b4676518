namespace Espalier.Inference;

/// <summary>The values of one layer on the way through <see cref="RoundingBound"/>.</summary>
/// <param name="Values">What the interpreter computes.</param>
/// <param name="Errors">How far from that correct code may come; infinite where nothing is promised.</param>
/// <param name="IsNaN">Which values depend on a NaN among the inputs.</param>
/// <param name="Sizes">The sum of the magnitudes of all that was added up for each value, which its roundings are relative to.</param>
internal sealed record BoundedValues(float[] Values, double[] Errors, bool[] IsNaN, double[] Sizes)
{
    /// <summary>Whether every value is a number, and bounded.</summary>
    public bool AreFinite => Values.All(float.IsFinite) && Errors.All(double.IsFinite);

    /// <summary>Exact values.</summary>
    public static BoundedValues Exact(float[] values) => new(
        values, new double[values.Length], Array.ConvertAll(values, float.IsNaN),
        Array.ConvertAll(values, value => Math.Abs((double)value)));
}
