namespace Espalier.Cli.Reproduction;

/// <summary>One figure of a paper beside ours.</summary>
/// <param name="What">What was measured, such as "magnitude 12x, test error %, mean of 3 seeds".</param>
/// <param name="Published">What the paper says, or null when it says nothing.</param>
/// <param name="Bar">What has to hold, such as "at most 1.55"; or null when the row just informs.</param>
/// <param name="Ours">What was measured.</param>
/// <param name="Holds">Whether the bar is kept; null without a bar.</param>
internal sealed record ReproductionRow(string What, string? Published, string? Bar, string Ours, bool? Holds)
{
    /// <summary>A row whose figure may not be above <paramref name="bar"/>.</summary>
    public static ReproductionRow AtMost(string what, string? published, double bar, double ours, string format = "0.00") =>
        new(what, published, $"at most {Text(bar, format)}", Text(ours, format), ours <= bar + 1e-9);

    /// <summary>A row whose figure may not be below <paramref name="bar"/>.</summary>
    public static ReproductionRow AtLeast(string what, string? published, double bar, double ours, string format = "0.00") =>
        new(what, published, $"at least {Text(bar, format)}", Text(ours, format), ours >= bar - 1e-9);

    /// <summary>A row whose figure must lie within <paramref name="margin"/> of <paramref name="bar"/>.</summary>
    public static ReproductionRow About(string what, string? published, double bar, double margin, double ours, string format = "0.00") =>
        new(what, published, $"{Text(bar, format)} +- {Text(margin, format)}", Text(ours, format), Math.Abs(ours - bar) <= margin + 1e-9);

    /// <summary>A row that just informs.</summary>
    public static ReproductionRow Note(string what, string? published, string ours) => new(what, published, null, ours, null);

    private static string Text(double value, string format) => value.ToString(format, System.Globalization.CultureInfo.InvariantCulture);
}
