namespace Espalier.Pruning.Patterns;

/// <summary>Which inputs of a layer make a slice together, and which units a group.</summary>
public sealed class LayerLayout
{
    /// <summary>The slice of an input that carries no information: its weights leave before all others.</summary>
    public const int Idle = -1;

    private readonly int[] _sliceOfInput, _groupOfUnit;

    private LayerLayout(int[] sliceOfInput, int[] groupOfUnit)
    {
        (_sliceOfInput, _groupOfUnit) = (sliceOfInput, groupOfUnit);
        (SliceCount, GroupCount) = (sliceOfInput.Max() + 1, groupOfUnit.Max() + 1);
        IdleCount = sliceOfInput.Count(slice => slice == Idle);
    }

    /// <summary>The slice of each input, from 0; <see cref="Idle"/> for none.</summary>
    public IReadOnlyList<int> SliceOfInput => _sliceOfInput;

    /// <summary>The group of each unit, from 0.</summary>
    public IReadOnlyList<int> GroupOfUnit => _groupOfUnit;

    /// <summary>The number of slices.</summary>
    public int SliceCount { get; }

    /// <summary>The number of groups.</summary>
    public int GroupCount { get; }

    /// <summary>The number of inputs without a slice.</summary>
    internal int IdleCount { get; }

    /// <summary>Inputs and units as they follow each other; the last slice and the last group may be smaller.</summary>
    /// <param name="pattern">The pattern, which says how many come together.</param>
    /// <param name="units">The units of the layer.</param>
    /// <param name="inputs">The inputs of a unit.</param>
    public static LayerLayout Consecutive(PruningPattern pattern, int units, int inputs)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        return new LayerLayout(Follow(Enumerable.Range(0, inputs), inputs, pattern.Inputs), Follow(Enumerable.Range(0, units), units, pattern.Units));
    }

    /// <summary>
    /// Leaves out the inputs that carry no information and puts together what loses least. Inputs whose weights meet in the same units go
    /// to different slices, so that each unit finds about as much worth in every slice; units that need the same inputs go to one group.
    /// </summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="worth">What weights are worth; 0 for those that are gone.</param>
    /// <param name="isIdle">Whether each input carries no information.</param>
    internal static LayerLayout Arrange(PruningPattern pattern, double[][] worth, ReadOnlySpan<bool> isIdle)
    {
        int units = worth.Length, inputs = isIdle.Length;
        int[] live = LiveInputs(isIdle);
        int[] slices = Follow(live, inputs, pattern.Inputs), groups = Follow(Enumerable.Range(0, units), units, pattern.Units);
        if (pattern is BalancedSlices)
        {
            double[][] columns = [.. live.Select(input => Array.ConvertAll(worth, row => row[input]))];
            int[] dealt = ProfileGrouping.Unlike(columns, pattern.Inputs);
            for (int i = 0; i < live.Length; i++) slices[live[i]] = dealt[i];
        }

        if (pattern.Units > 1) groups = ProfileGrouping.Alike(worth, pattern.Units);
        return new LayerLayout(slices, groups);
    }

    /// <summary>The inputs of each slice, upwards.</summary>
    internal int[][] InputsOfSlices()
    {
        ILookup<int, int> inputs = Enumerable.Range(0, _sliceOfInput.Length).ToLookup(input => _sliceOfInput[input]);
        return [.. Enumerable.Range(0, SliceCount).Select(slice => inputs[slice].ToArray())];
    }

    /// <summary>The inputs without a slice, upwards.</summary>
    internal IEnumerable<int> IdleInputs() => Enumerable.Range(0, _sliceOfInput.Length).Where(input => _sliceOfInput[input] == Idle);

    private static int[] LiveInputs(ReadOnlySpan<bool> isIdle)
    {
        var live = new List<int>();
        for (int i = 0; i < isIdle.Length; i++)
        {
            if (!isIdle[i]) live.Add(i);
        }

        return [.. live];
    }

    // Members in their order, so many together; what is no member is in none.
    private static int[] Follow(IEnumerable<int> members, int count, int together)
    {
        var set = new int[count];
        Array.Fill(set, Idle);
        int next = 0;
        foreach (int member in members) set[member] = next++ / together;
        return set;
    }
}
