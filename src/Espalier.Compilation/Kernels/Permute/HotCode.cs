using System.Runtime.CompilerServices;

namespace Espalier.Compilation.Kernels.Permute;

/// <summary>How methods are marked in which a compiler that has just started would spend most of its time.</summary>
internal static class HotCode
{
    /// <summary>
    /// <c>AggressiveOptimization</c>, which netstandard2.0 does not name and older runtimes ignore: optimised from the first call on,
    /// because a build is over before the JIT would have come to it.
    /// </summary>
    public const MethodImplOptions Optimized = (MethodImplOptions)512;
}
