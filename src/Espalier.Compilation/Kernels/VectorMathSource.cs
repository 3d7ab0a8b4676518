using System;
using System.Collections.Generic;
using System.Threading;

namespace Espalier.Compilation.Kernels;

/// <summary>The text of <c>VectorMath.txt</c>: functions over registers that vector kernels take along.</summary>
internal static class VectorMathSource
{
    private static readonly Lazy<VectorSections> s_sections =
        new(() => new VectorSections("Espalier.Compilation.Kernels.VectorMath.txt"), LazyThreadSafetyMode.PublicationOnly);

    /// <inheritdoc cref="VectorSections.FunctionsFor"/>
    public static IEnumerable<string> FunctionsFor(IEnumerable<(VectorWidth Width, string Name)> names) =>
        s_sections.Value.FunctionsFor(names);

    /// <summary>The directives that name the types of a width.</summary>
    public static IEnumerable<string> Aliases(VectorWidth width)
    {
        string type = $"global::System.Runtime.Intrinsics.{width.Name()}";
        yield return $"using Floats{width.Bits()} = {type}<float>;";
        yield return $"using Ints{width.Bits()} = {type}<int>;";
        yield return $"using Simd{width.Bits()} = {type};";
    }
}
