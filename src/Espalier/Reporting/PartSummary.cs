namespace Espalier.Reporting;

/// <summary>One part of a set, its inputs as the network gets them.</summary>
/// <param name="Count">The number of samples.</param>
/// <param name="Min">The least input.</param>
/// <param name="Max">The greatest input.</param>
/// <param name="Mean">The mean input.</param>
/// <param name="NonZeroShare">The share of inputs that are not 0, in [0, 1].</param>
public sealed record PartSummary(int Count, double Min, double Max, double Mean, double NonZeroShare);
