namespace Espalier.Pruning;

/// <summary>How far the classification error may rise.</summary>
internal static class ErrorTolerance
{
    /// <summary>Whether the error has risen by more than so many percentage points.</summary>
    /// <remarks>In whole errors and decimals: 0.8 percent is 0.1 points above 0.7, which binary fractions deny.</remarks>
    /// <param name="before">The errors at the start.</param>
    /// <param name="after">The errors now.</param>
    /// <param name="count">The samples.</param>
    /// <param name="points">The bound, 0 to 100.</param>
    public static bool IsExceeded(int before, int after, int count, double points) => 100m * (after - before) > (decimal)points * count;
}
