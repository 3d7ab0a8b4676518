using Espalier.Compression.Coding;

namespace Espalier.Compression;

/// <summary>The choices of <see cref="CompressedModel.Write"/>; none of them touches the network that comes out again.</summary>
public sealed record CompressionOptions
{
    /// <summary>How positions are written.</summary>
    public GapCoding GapCoding { get; init; } = GapCoding.Smallest;

    /// <summary>
    /// The bits of a gap of <see cref="GapCoding.Relative"/> (the paper's fully connected layers have 5), or 0 for the best of 1 to 12.
    /// </summary>
    public int IndexBits { get; init; }

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="EspalierException">Names the option.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(GapCoding)) throw new EspalierException($"There is no gap coding {(int)GapCoding}.");
        if (IndexBits is < 0 or > GapCoder.MaxRelativeBits)
        {
            throw new EspalierException(
                $"Compression option IndexBits is {IndexBits}; it must be 1 to {GapCoder.MaxRelativeBits}, or 0 for the best.");
        }
    }
}
