namespace Espalier.Data;

/// <summary>How a set is loaded where its name leaves a choice. Every default gives the same samples on every machine.</summary>
public sealed record DataOptions
{
    /// <summary>Draws whatever is drawn: the test part of a set that has none, the built-in sets' samples.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The share of the samples that becomes the test part of a set that has none, in (0, 1).</summary>
    public double TestFraction { get; init; } = 0.2;

    /// <summary>Whether a tabular set's inputs get mean 0 and standard deviation 1 over its training part.</summary>
    public bool Standardize { get; init; } = true;

    /// <summary>What is done about missing values, or null for the set's own way (an error for a file of the user's).</summary>
    public MissingValues? Missing { get; init; }

    /// <summary>How a CSV file of the user's is read.</summary>
    public CsvOptions Csv { get; init; } = new();

    /// <summary>The number of training samples of the built-in digits.</summary>
    public int DigitsTrainCount { get; init; } = 10_000;

    /// <summary>The number of test samples of the built-in digits.</summary>
    public int DigitsTestCount { get; init; } = 2_000;
}
