namespace Espalier.Reporting;

/// <summary>
/// The colours of all pictures: an ink, greys, and series colours that stay apart for colour-blind readers (Okabe and Ito 2008).
/// </summary>
public static class Palette
{
    /// <summary>The background.</summary>
    public const string Paper = "#ffffff";

    /// <summary>Text and axes.</summary>
    public const string Ink = "#22272e";

    /// <summary>Secondary text.</summary>
    public const string Muted = "#667085";

    /// <summary>Grid lines and dead units.</summary>
    public const string Faint = "#e4e7ec";

    /// <summary>Positive weights.</summary>
    public const string Positive = "#0072b2";

    /// <summary>Negative weights.</summary>
    public const string Negative = "#d55e00";

    private static readonly string[] s_series = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f5fc7", "#8a8a8a"];

    /// <summary>The colour of series <paramref name="index"/>; the list repeats after eight.</summary>
    public static string Series(int index) => s_series[index % s_series.Length];
}
