namespace Espalier.Data;

/// <summary>
/// The element types of an IDX file, by their code in the third byte (the description of the format on the MNIST page, LeCun et al.).
/// </summary>
public enum IdxElementType
{
    /// <summary>Unsigned 8-bit integers: the pixels and labels of MNIST.</summary>
    Unsigned8 = 0x08,

    /// <summary>Signed 8-bit integers.</summary>
    Signed8 = 0x09,

    /// <summary>Big-endian signed 16-bit integers.</summary>
    Signed16 = 0x0B,

    /// <summary>Big-endian signed 32-bit integers.</summary>
    Signed32 = 0x0C,

    /// <summary>Big-endian IEEE-754 single precision.</summary>
    Binary32 = 0x0D,

    /// <summary>Big-endian IEEE-754 double precision.</summary>
    Binary64 = 0x0E,
}
