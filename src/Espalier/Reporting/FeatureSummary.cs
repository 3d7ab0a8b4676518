namespace Espalier.Reporting;

/// <summary>The values of one feature or target over the training part, in the units of the file.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Min">The least.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Max">The greatest.</param>
/// <param name="StandardDeviation">The population standard deviation.</param>
public sealed record FeatureSummary(string Name, double Min, double Mean, double Max, double StandardDeviation);
