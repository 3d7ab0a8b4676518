using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>Where a plan keeps the values between stages.</summary>
/// <param name="Length">Floats in use, the slack for alignment included.</param>
/// <param name="IsAligned">
/// Whether the workspace is used from its first 64-byte boundary on: a load of 512 bits that straddles two cache lines costs two.
/// </param>
/// <param name="InputOffset">The first float of the copy of the input; -1 when the stages read the caller's input.</param>
/// <param name="Offsets">The first float of each stage's output; -1 for a last stage that writes to the caller's output.</param>
public sealed record ScratchPlan(int Length, bool IsAligned, int InputOffset, EquatableArray<int> Offsets)
{
    /// <summary>The largest number of lanes: every buffer of an aligned workspace starts and ends at a multiple of it.</summary>
    public const int BlockFloats = 16;

    /// <summary>The floats that finding the boundary may cost.</summary>
    public const int AlignmentSlack = BlockFloats - 1;

    /// <summary>The most that a kernel may reach behind the values of a buffer, in floats.</summary>
    internal const int MaxSlack = 4 * BlockFloats;

    /// <summary>The first float of what each stage works in, -1 for one that needs nothing; empty when none does.</summary>
    public EquatableArray<int> WorkOffsets { get; init; }

    /// <summary>The floats that a buffer of <paramref name="count"/> values takes: whole registers in an aligned workspace.</summary>
    internal static int Padded(int count, bool isAligned) => isAligned ? Simd.RoundUp(count, BlockFloats) : count;
}
