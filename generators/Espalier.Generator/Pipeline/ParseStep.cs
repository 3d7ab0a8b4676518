using System.Threading;
using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Generator.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Espalier.Generator.Pipeline;

/// <summary>From a model's text to a network.</summary>
internal static class ParseStep
{
    /// <summary>Reads the text and the metadata of <paramref name="item"/>.</summary>
    public static Outcome<ParsedNetwork> Run(NetworkItem item, CancellationToken cancellationToken) =>
        new Outcome<NetworkItem>(item.File.Path, item).Then(Parse, cancellationToken);

    private static Outcome<ParsedNetwork> Parse(string path, NetworkItem item, CancellationToken cancellationToken)
    {
        Outcome<CompileOptions> options = ItemOptions.Read(item);
        if (options.Value is null) return new(options.Fault!, options.Class);
        if (item.File.GetText(cancellationToken) is not SourceText text)
        {
            return new(DiagnosticInfo.AtStart(Descriptors.UnreadableFile, path), options.Class);
        }

        using var reader = new SourceTextReader(text);
        ModelReadResult result = ModelReader.Read(reader, cancellationToken);
        return result.Network is Network network
            ? new(path, new ParsedNetwork(options.Value, network), options.Class)
            : new(Locate(result.Error!, path, text), options.Class);
    }

    private static DiagnosticInfo Locate(ModelError error, string path, SourceText text)
    {
        // Up to the first error a model has no line ends but line feeds, so that here its lines are those of the compiler.
        var start = new LinePosition(error.Line - 1, error.Column - 1);
        var end = new LinePosition(error.Line - 1, error.Column - 1 + error.Length);
        var span = new TextSpan(text.Lines[start.Line].Start + start.Character, error.Length);
        return new(Descriptors.InvalidModel, path, span, new LinePositionSpan(start, end), new EquatableArray<string>([error.Message]));
    }
}
