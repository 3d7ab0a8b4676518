using Espalier.Compilation.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Espalier.Generator.Diagnostics;

/// <summary>A diagnostic as a value: what Roslyn's own type holds, without the objects that would keep a pipeline from caching.</summary>
/// <param name="Descriptor">Which diagnostic.</param>
/// <param name="Path">The model file.</param>
/// <param name="Span">The characters meant.</param>
/// <param name="Lines">The same as lines and columns, from 0.</param>
/// <param name="Arguments">What fills the message.</param>
internal sealed record DiagnosticInfo(
    DiagnosticDescriptor Descriptor, string Path, TextSpan Span, LinePositionSpan Lines, EquatableArray<string> Arguments)
{
    /// <summary>A diagnostic at the start of the file.</summary>
    public static DiagnosticInfo AtStart(DiagnosticDescriptor descriptor, string path, params string[] arguments) =>
        new(descriptor, path, default, default, new EquatableArray<string>(arguments));

    /// <summary>The diagnostic for the compiler.</summary>
    public Diagnostic ToDiagnostic() => Diagnostic.Create(Descriptor, Location.Create(Path, Span, Lines), [.. Arguments]);
}
