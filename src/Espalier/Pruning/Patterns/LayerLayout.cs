namespace Espalier.Pruning.Patterns;

/// <summary>Which inputs of a layer make a slice together, and which units a group.</summary>
public sealed class LayerLayout
{
    /// <summary>The slice of an input that carries no information: its weights leave before all others.</summary>
    public const int Idle = -1;

    /// <summary>The inputs of the smallest vector that a permutation reads.</summary>
    internal const int LeastVector = 8;

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
        int[] slices = Follow(Enumerable.Range(0, inputs), inputs, pattern.Inputs);
        return new LayerLayout(slices, Follow(Enumerable.Range(0, units), units, pattern.Units));
    }

    /// <summary>
    /// Inputs and units in an order of their own. Registers and interleaved: inputs of the network far from each other, in vectors or one
    /// by one; the inputs of later layers are units, which can stand anywhere, and so follow each other as
    /// <see cref="PatternLayout.OrderUnits"/> will put them. Live: inputs that carry no information are left out, and those whose weights
    /// meet in the same units go to different slices, so that each unit finds about as much worth in every slice. Units that need the same
    /// inputs go to one group.
    /// </summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="worth">What weights are worth; 0 for those that are gone.</param>
    /// <param name="isIdle">Whether each input carries no information.</param>
    /// <param name="before">The layer before, or null when this is the first.</param>
    internal static LayerLayout Arrange(PruningPattern pattern, double[][] worth, bool[] isIdle, LayerLayout? before)
    {
        int[] slices = pattern.Order == PatternOrder.Live
            ? Deal(pattern.Inputs, worth, isIdle)
            : before is null
                ? Interleave(pattern.Inputs, isIdle.Length, pattern.Order == PatternOrder.Registers ? Vector(pattern.Inputs) : 1)
                : Follow(before.UnitsByGroup(), isIdle.Length, pattern.Inputs);
        return new LayerLayout(slices, pattern.Units > 1
            ? ProfileGrouping.Alike(worth, pattern.Units)
            : [.. Enumerable.Range(0, worth.Length)]);
    }

    /// <summary>The units group by group, those of a group upwards.</summary>
    internal IEnumerable<int> UnitsByGroup() => Enumerable.Range(0, _groupOfUnit.Length).OrderBy(unit => _groupOfUnit[unit]);

    /// <summary>The inputs of each slice, upwards.</summary>
    internal int[][] InputsOfSlices()
    {
        ILookup<int, int> inputs = Enumerable.Range(0, _sliceOfInput.Length).ToLookup(input => _sliceOfInput[input]);
        return [.. Enumerable.Range(0, SliceCount).Select(slice => inputs[slice].ToArray())];
    }

    /// <summary>The inputs without a slice, upwards.</summary>
    internal IEnumerable<int> IdleInputs() => Enumerable.Range(0, _sliceOfInput.Length).Where(input => _sliceOfInput[input] == Idle);

    // Two to a slice, unless it is one itself.
    private static int Vector(int slice) => slice <= LeastVector ? slice : slice / 2;

    // Each slice has every so many-th run of inputs that follow each other.
    private static int[] Interleave(int slice, int inputs, int run)
    {
        int slices = (inputs + slice - 1) / slice;
        return [.. Enumerable.Range(0, inputs).Select(input => input / run % slices)];
    }

    private static int[] Deal(int slice, double[][] worth, bool[] isIdle)
    {
        int[] live = [.. Enumerable.Range(0, isIdle.Length).Where(input => !isIdle[input])], slices = new int[isIdle.Length];
        Array.Fill(slices, Idle);
        int[] dealt = slice == 1
            ? [.. Enumerable.Range(0, live.Length)]
            : ProfileGrouping.Unlike([.. live.Select(input => Array.ConvertAll(worth, row => row[input]))], slice);
        for (int i = 0; i < live.Length; i++) slices[live[i]] = dealt[i];
        return slices;
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
