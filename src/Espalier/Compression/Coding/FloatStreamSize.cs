namespace Espalier.Compression.Coding;

/// <summary>What a <see cref="FloatStream"/> took, in bits.</summary>
/// <param name="Mode">To say which way was taken.</param>
/// <param name="Distinct">The number of distinct floats of the table; 0 without one.</param>
/// <param name="Codebook">The table of the distinct floats.</param>
/// <param name="Table">The code table.</param>
/// <param name="Stream">The floats or their codes.</param>
internal readonly record struct FloatStreamSize(long Mode, int Distinct, long Codebook, long Table, long Stream)
{
    /// <summary>All of it.</summary>
    public long Total => Mode + Codebook + Table + Stream;
}
