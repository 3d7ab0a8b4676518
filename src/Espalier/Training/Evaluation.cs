namespace Espalier.Training;

/// <summary>How a network does on a data set.</summary>
/// <param name="Count">The number of samples.</param>
/// <param name="Errors">The number of wrong classes, or null for regression.</param>
/// <param name="Loss">The mean loss.</param>
public sealed record Evaluation(int Count, int? Errors, double Loss)
{
    /// <summary>The wrong classes in percent of the samples, or null for regression.</summary>
    public double? ErrorPercent => 100.0 * Errors / Count;

    /// <summary>Whether this beats <paramref name="other"/>: fewer errors, then a lower loss; for regression a lower loss.</summary>
    public bool IsBetterThan(Evaluation other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Errors == other.Errors ? Loss < other.Loss : Errors < other.Errors;
    }
}
