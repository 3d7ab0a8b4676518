namespace Espalier.Pruning.Layerwise;

/// <summary>Which weights of a unit may leave together.</summary>
public sealed record ExactObsPattern
{
    private ExactObsPattern(int groupSize, int least, bool goesWhole) => (GroupSize, Least, GoesWhole) = (groupSize, least, goesWhole);

    /// <summary>Each weight by itself.</summary>
    public static ExactObsPattern Weights { get; } = new(1, 0, goesWhole: true);

    /// <summary>The number of consecutive inputs of a group; the last group of a unit may be shorter.</summary>
    public int GroupSize { get; }

    /// <summary>The number of weights that stay in each group at least.</summary>
    public int Least { get; }

    /// <summary>Whether a group leaves as a whole.</summary>
    internal bool GoesWhole { get; }

    /// <summary>Blocks of <paramref name="size"/> consecutive inputs of a unit, kept or removed as a whole.</summary>
    /// <exception cref="EspalierException">The size is not 1 to 32.</exception>
    public static ExactObsPattern Blocks(int size) => size is >= 1 and <= RowElimination.Capacity
        ? new(size, 0, goesWhole: true)
        : throw new EspalierException($"Blocks of {size} weights cannot be; give 1 to {RowElimination.Capacity}.");

    /// <summary>
    /// At least <paramref name="kept"/> of each <paramref name="group"/> consecutive inputs of a unit stay (N:M sparsity).
    /// </summary>
    /// <exception cref="EspalierException">The numbers are not 1 to group.</exception>
    public static ExactObsPattern KeepOfEach(int kept, int group) => kept >= 1 && kept <= group
        ? new(group, kept, goesWhole: false)
        : throw new EspalierException($"{kept} of each {group} weights cannot be kept; give 1 up to the size of the group.");

    /// <inheritdoc/>
    public override string ToString() => GoesWhole ? GroupSize == 1 ? "weights" : $"blocks of {GroupSize}" : $"{Least}:{GroupSize}";
}
