using System.Runtime.CompilerServices;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>
/// Counts, for up to 16 lanes at once, how many inputs the blocks of a packet offer: one bit mask for "at least one", one for "at least
/// two", and so on to four, which is all that a lane can take, and five, which is too many.
/// </summary>
internal readonly struct LaneRoom
{
    private readonly uint _one, _two, _three, _four, _five;

    private LaneRoom(uint one, uint two, uint three, uint four, uint five) =>
        (_one, _two, _three, _four, _five) = (one, two, three, four, five);

    /// <summary>
    /// What is open, in the form of an offer: bit l when lane l could take at least one more, bit 16 + l when it could take two.
    /// </summary>
    public uint Open => (~_four & 0xFFFF) | ~_three << GroupWork.MaxLanes;

    /// <summary>Whether there is a lane with more than it can take.</summary>
    public bool Overflows => _five != 0;

    /// <summary>The same with one more block that offers <paramref name="offer"/> (see <see cref="GroupWork.Offer"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LaneRoom With(uint offer)
    {
        uint once = offer & 0xFFFF, twice = offer >> GroupWork.MaxLanes;
        return Add(once).Add(twice);
    }

    /// <summary>The number of set bits (netstandard2.0 has no <c>BitOperations</c>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BitCount(ulong bits)
    {
        bits -= bits >> 1 & 0x5555_5555_5555_5555;
        bits = (bits & 0x3333_3333_3333_3333) + (bits >> 2 & 0x3333_3333_3333_3333);
        bits = bits + (bits >> 4) & 0x0F0F_0F0F_0F0F_0F0F;
        return (int)(bits * 0x0101_0101_0101_0101 >> 56);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private LaneRoom Add(uint lanes) =>
        new(_one | lanes, _two | _one & lanes, _three | _two & lanes, _four | _three & lanes, _five | _four & lanes);
}
