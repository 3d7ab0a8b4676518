using Espalier.Compilation.Model;

namespace Espalier.Data;

/// <summary>What is known about a named set without loading it. The counts are those of the default <see cref="DataOptions"/>.</summary>
/// <param name="Name">The name to load it by.</param>
/// <param name="Title">What it is, in a few words.</param>
/// <param name="Origin">Where it comes from.</param>
/// <param name="InputShape">The shape of one input sample.</param>
/// <param name="TrainCount">The number of training samples.</param>
/// <param name="TestCount">The number of test samples.</param>
/// <param name="ClassNames">The names of the classes, by label.</param>
/// <param name="Missing">Why it cannot be loaded here, as an error message; null when it can.</param>
public sealed record DataCatalogEntry(
    string Name, string Title, string Origin, Shape InputShape, int TrainCount, int TestCount,
    IReadOnlyList<string> ClassNames, string? Missing)
{
    /// <summary>Whether the set can be loaded here.</summary>
    public bool IsAvailable => Missing is null;
}
