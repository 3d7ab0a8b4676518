using Espalier.Reporting;

namespace Espalier.Pruning.Allocation;

/// <summary>The constants of <see cref="SpdyAllocation"/>; those of the search are the authors'.</summary>
public sealed record SpdyOptions
{
    /// <summary>The training samples by whose loss coefficients are chosen: the first so many.</summary>
    public int CalibrationSamples { get; init; } = 2048;

    /// <summary>The number of random coefficients that the search begins with; 0 to take the sum of the layers' losses as it is.</summary>
    public int Starts { get; init; } = 100;

    /// <summary>The local search ends after so many changes in a row that do not help.</summary>
    public int Failures { get; init; } = 100;

    /// <summary>The share of the layers whose coefficients a local change draws anew, at least one.</summary>
    public double ResampledShare { get; init; } = 0.1;

    /// <summary>
    /// What of the compiled model a weight is priced by (bytes differ where one layer becomes straight-line code and another a table,
    /// nanoseconds where one runs over an image); null where every weight costs one.
    /// </summary>
    public CompiledCost? Price { get; init; }

    /// <summary>Decides the coefficients.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        static void Require(bool holds, string name, string range)
        {
            if (!holds) throw new EspalierException($"Allocation option {name} must be {range}.");
        }

        Require(CalibrationSamples >= 1, nameof(CalibrationSamples), "at least 1");
        Require(Starts >= 0, nameof(Starts), "0 or more");
        Require(Failures >= 0, nameof(Failures), "0 or more");
        Require(ResampledShare is > 0 and <= 1, nameof(ResampledShare), "in (0, 1]");
    }
}
