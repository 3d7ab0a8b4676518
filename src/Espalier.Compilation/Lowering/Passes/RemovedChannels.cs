namespace Espalier.Compilation.Lowering.Passes;

/// <summary>What a pass took out of a network.</summary>
/// <param name="Units">The outputs of dense layers.</param>
/// <param name="Filters">The filters of convolutions.</param>
internal readonly record struct RemovedChannels(int Units, int Filters)
{
    /// <summary>Both.</summary>
    public int Count => Units + Filters;

    /// <summary>The two counts together, for a note; filters only where there are some.</summary>
    public string Describe(string what) => Filters == 0 ? $"hidden units {what}: {Units}"
        : Units == 0 ? $"filters {what}: {Filters}"
        : $"hidden units {what}: {Units}, filters {what}: {Filters}";

    /// <summary>The sum of two counts.</summary>
    public static RemovedChannels operator +(RemovedChannels left, RemovedChannels right) =>
        new(left.Units + right.Units, left.Filters + right.Filters);
}
