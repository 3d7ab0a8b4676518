namespace Espalier.Compilation.Kernels.Permute;

/// <summary>
/// What one packet of the permute kernel can do: four blocks of inputs are loaded and four steps each pick, lane by lane, one input out of
/// the two blocks of a pair. The pairs form the cycle 0 - 1 - 3 - 2 - 0.
/// </summary>
/// <remarks>
/// Each block lies in two pairs, so a lane takes at most four inputs from a packet and at most two from each block; whatever obeys that
/// fits, but for one case: two inputs from each of two blocks that share a pair leave the step of the other two blocks empty, and one
/// of the four is left over (the two blocks have only three steps between them).
/// </remarks>
internal static class PacketShape
{
    /// <summary>Blocks of a packet.</summary>
    public const int Blocks = 4;

    /// <summary>Steps of a packet, so also the most inputs that a lane takes from it.</summary>
    public const int Steps = 4;

    /// <summary>The first block of the pair of <paramref name="step"/>: 0, 2, 0, 1.</summary>
    public static int First(int step) => step switch { 0 => 0, 1 => 2, 2 => 0, _ => 1 };

    /// <summary>The second block of the pair of <paramref name="step"/>: 1, 3, 2, 3.</summary>
    public static int Second(int step) => step switch { 0 => 1, 1 => 3, 2 => 2, _ => 3 };

    /// <summary>
    /// How many places of <paramref name="blocks"/> before <paramref name="index"/> hold the same block, when they are gone through in the
    /// order 0, 3, 1, 2: a block that stands everywhere gives its inputs from opposite places then, which are never in each other's way.
    /// </summary>
    public static int Visit(int[] blocks, int index)
    {
        int rank = Rank(index), visit = 0;
        for (int i = 0; i < Blocks; i++)
        {
            if (blocks[i] == blocks[index] && Rank(i) < rank) visit++;
        }

        return visit;
    }

    private static int Rank(int index) => index switch { 0 => 0, 3 => 1, 1 => 2, _ => 3 };
}
