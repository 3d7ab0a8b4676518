namespace Espalier.Compilation.Kernels;

/// <summary>What the estimates take for granted about a desktop core.</summary>
internal static class Caches
{
    /// <summary>Tables up to this many bytes stay in the nearest data cache beside the inputs.</summary>
    public const int NearBytes = 40 * 1024;
}
