namespace Espalier.Compression.Container;

/// <summary>
/// The head of a compressed model: signature, version, length of the file, CRC-32 of what follows the head; both numbers in 4 bytes, the
/// lowest first. What follows is one string of bits without gaps.
/// </summary>
internal static class ContainerFormat
{
    /// <summary>The version that this code writes, and the only one that it reads.</summary>
    public const byte Version = 1;

    /// <summary>Where the fields stand.</summary>
    public const int VersionAt = 4, LengthAt = 5, ChecksumAt = 9, HeadLength = 13;

    /// <summary>The bits of a character of a name, and of the kind of an activation.</summary>
    public const int CharacterBits = 7, KindBits = 4;

    /// <summary>The first bytes of the file.</summary>
    public static ReadOnlySpan<byte> Signature => "ESPZ"u8;
}
