using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Espalier.Generator.Tests.Harness;

/// <summary>An additional file in memory.</summary>
internal sealed class ModelText(string path, Func<string?> read) : AdditionalText
{
    public ModelText(string path, string text) : this(path, () => text)
    {
    }

    public override string Path => path;

    public override SourceText? GetText(CancellationToken cancellationToken = default) =>
        read() is string text ? SourceText.From(text, Encoding.UTF8) : null;
}
