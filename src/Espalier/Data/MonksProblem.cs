namespace Espalier.Data;

/// <summary>
/// One of the MONK's problems (Thrun et al. 1991, "The MONK's Problems: A Performance Comparison of Different Learning Algorithms",
/// CMU-CS-91-197): six attributes of a robot, 432 robots in all, and a rule that says which are in the class.
/// </summary>
public sealed class MonksProblem
{
    /// <summary>The number of all robots: 3 x 3 x 2 x 3 x 4 x 2.</summary>
    public const int CaseCount = 432;

    /// <summary>The length of the one-hot code: one input for each value of each attribute, 3 + 3 + 2 + 3 + 4 + 2.</summary>
    public const int InputLength = 17;

    private static readonly int[] s_valueCounts = [3, 3, 2, 3, 4, 2];
    private static readonly MonksProblem[] s_all =
    [
        new(1, 124, 0, a => a[0] == a[1] || a[4] == 1),
        new(2, 169, 0, a => CountOnes(a) == 2),
        new(3, 122, 6, a => (a[4] == 3 && a[3] == 1) || (a[4] != 4 && a[1] != 3)),
    ];

    private readonly Rule _rule;

    private MonksProblem(int number, int trainCount, int noiseCount, Rule rule) =>
        (Number, TrainCount, NoiseCount, _rule) = (number, trainCount, noiseCount, rule);

    private delegate bool Rule(ReadOnlySpan<int> attributes);

    /// <summary>The three problems.</summary>
    public static IReadOnlyList<MonksProblem> All => s_all;

    /// <summary>The number of values of each attribute; they count from 1.</summary>
    public static ReadOnlySpan<int> ValueCounts => s_valueCounts;

    /// <summary>1, 2 or 3.</summary>
    public int Number { get; }

    /// <summary>The number of samples of the published training set.</summary>
    public int TrainCount { get; }

    /// <summary>The number of samples of the published training set whose label is wrong (5 % in problem 3).</summary>
    public int NoiseCount { get; }

    /// <summary>The attributes of case 0 to 431, the last attribute running fastest: the order of the published test sets.</summary>
    public static int[] Attributes(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, CaseCount);
        var attributes = new int[s_valueCounts.Length];
        for (int i = attributes.Length - 1; i >= 0; i--)
        {
            attributes[i] = index % s_valueCounts[i] + 1;
            index /= s_valueCounts[i];
        }

        return attributes;
    }

    /// <summary>Writes the one-hot code of <paramref name="attributes"/> into 17 inputs.</summary>
    public static void Encode(ReadOnlySpan<int> attributes, Span<float> inputs)
    {
        inputs[..InputLength].Clear();
        int start = 0;
        for (int i = 0; i < s_valueCounts.Length; i++)
        {
            inputs[start + attributes[i] - 1] = 1;
            start += s_valueCounts[i];
        }
    }

    /// <summary>Whether the rule puts a robot into the class.</summary>
    public bool IsInClass(ReadOnlySpan<int> attributes) => _rule(attributes);

    private static int CountOnes(ReadOnlySpan<int> attributes)
    {
        int ones = 0;
        foreach (int value in attributes) ones += value == 1 ? 1 : 0;
        return ones;
    }
}
