namespace Espalier.Data;

/// <summary>What is done about missing inputs.</summary>
public enum MissingValues
{
    /// <summary>The first one is an error.</summary>
    Error,

    /// <summary>Each takes the mean of its feature over the training part.</summary>
    Mean,

    /// <summary>Each takes the median of its feature over the training part.</summary>
    Median,
}
