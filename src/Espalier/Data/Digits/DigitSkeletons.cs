using System.Globalization;

namespace Espalier.Data.Digits;

/// <summary>
/// The ways of writing each digit: strokes through points in a box of 100 x 100 (x to the right, y down), joined by smooth curves.
/// A point written twice is a corner; "|" lifts the pen.
/// </summary>
internal static class DigitSkeletons
{
    private static readonly string[][] s_paths =
    [
        [
            "55 4, 30 12, 14 40, 18 75, 42 97, 70 90, 86 60, 80 25, 60 6, 48 6",
            "62 8, 40 4, 20 22, 14 55, 28 90, 55 97, 80 75, 84 40, 70 12, 50 8, 38 16", // a tail at the top
            "40 10, 18 35, 16 70, 40 96, 68 88, 84 55, 76 20, 56 6", // open at the top
        ],
        [
            "50 2, 51 50, 50 98",
            "28 26, 54 3, 54 3, 52 98", // with a flag
            "30 24, 54 3, 54 3, 53 96 | 26 97, 80 96", // with a flag and a foot
            "60 2, 50 52, 42 98",
        ],
        [
            "16 24, 32 6, 60 4, 80 22, 72 48, 44 74, 14 96, 14 96, 50 93, 88 95",
            "18 22, 38 5, 64 6, 78 26, 66 52, 40 80, 22 92, 14 84, 26 76, 48 86, 70 96, 90 90", // with a loop
            "14 16, 46 5, 76 14, 64 44, 34 74, 12 95, 12 95, 88 92", // like a z
        ],
        [
            "18 14, 44 3, 72 14, 70 36, 42 47, 42 47, 74 56, 82 78, 56 96, 24 94, 12 82",
            "16 6, 78 6, 78 6, 44 42, 44 42, 76 54, 80 80, 52 97, 14 88", // with a flat top
            "20 12, 50 3, 74 18, 62 40, 40 50, 36 44, 46 44, 74 58, 78 82, 48 98, 14 86", // with a loop in the middle
        ],
        [
            "26 6, 14 54, 14 54, 84 54 | 66 20, 62 98", // open
            "62 98, 62 3, 62 3, 12 66, 12 66, 88 66", // closed
            "34 4, 16 46, 30 56, 78 48 | 76 6, 62 98", // open, without a corner
            "58 4, 14 62, 14 62, 86 60 | 64 34, 62 98",
        ],
        [
            "76 5, 30 6, 30 6, 24 44, 24 44, 52 38, 80 56, 76 84, 46 98, 14 88",
            "32 8, 24 46, 50 40, 78 56, 76 82, 48 97, 16 90 | 32 8, 82 5", // the top drawn last
            "78 10, 46 6, 30 22, 40 42, 70 58, 74 82, 46 97, 16 88", // like an s
        ],
        [
            "66 3, 36 24, 18 60, 26 90, 54 98, 76 80, 70 58, 46 52, 24 70",
            "54 2, 34 40, 26 76, 42 97, 66 90, 70 68, 52 58, 32 74", // with a small bowl
            "74 14, 56 5, 30 24, 16 60, 28 92, 60 97, 80 76, 66 56, 38 56, 20 74", // with a hook
        ],
        [
            "14 8, 82 6, 82 6, 60 46, 42 98",
            "14 8, 82 6, 82 6, 60 46, 42 98 | 34 50, 76 48", // with a bar
            "14 22, 16 6, 16 6, 82 8, 82 8, 56 50, 46 98", // with a serif
            "14 12, 48 8, 80 6, 68 34, 52 64, 46 98", // without a corner
        ],
        [
            "72 16, 46 3, 22 20, 40 42, 70 62, 74 86, 48 98, 22 84, 34 58, 62 40, 76 22, 66 8",
            "50 48, 24 30, 34 6, 62 4, 76 24, 50 48, 20 72, 30 96, 64 97, 80 74, 50 48", // from the middle
            "66 10, 40 4, 30 24, 52 46, 70 72, 52 97, 30 80, 48 50, 68 26, 64 10", // narrow
        ],
        [
            "76 24, 56 4, 28 14, 22 38, 44 52, 68 40, 76 16, 74 50, 64 98",
            "74 14, 46 4, 22 24, 32 50, 58 48, 76 18, 76 18, 68 98", // with a straight stem
            "76 26, 52 4, 24 22, 30 48, 56 50, 76 24, 78 60, 58 94, 22 92", // with a hook
        ],
    ];

    private static readonly (double X, double Y)[][][][] s_strokes =
        Array.ConvertAll(s_paths, variants => Array.ConvertAll(variants, Parse));

    /// <summary>The strokes of each way of writing <paramref name="digit"/>.</summary>
    public static ReadOnlySpan<(double X, double Y)[][]> Variants(int digit) => s_strokes[digit];

    private static (double X, double Y)[][] Parse(string path) =>
        Array.ConvertAll(path.Split('|'), stroke => Array.ConvertAll(stroke.Split(','), ParsePoint));

    private static (double X, double Y) ParsePoint(string point)
    {
        string[] pair = point.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (double.Parse(pair[0], CultureInfo.InvariantCulture), double.Parse(pair[1], CultureInfo.InvariantCulture));
    }
}
