using System.Globalization;
using System.Text;
using Espalier.Compilation.Emit;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace Espalier.Inference;

/// <summary>Compiles generated sources to an assembly image with Roslyn, against the framework that is running.</summary>
internal static class InMemoryCompiler
{
    // Generated code names types of the core library alone; reading all of the framework's assemblies would take longer than compiling.
    private static readonly Lazy<MetadataReference[]> s_references = new(
        () => [Reference("System.Private.CoreLib"), Reference("System.Runtime")]);

    private static readonly CSharpCompilationOptions s_options = new(
        OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, deterministic: true, concurrentBuild: true);

    /// <summary>The image of an assembly of <paramref name="files"/>.</summary>
    /// <exception cref="InvalidOperationException">
    /// They do not compile; the message holds the first errors and the numbered source.
    /// </exception>
    public static byte[] Compile(string assemblyName, IReadOnlyList<EmittedFile> files, CancellationToken cancellationToken)
    {
        SyntaxTree[] trees = [.. files.Select(file => CSharpSyntaxTree.ParseText(
            SourceText.From(file.Text, Encoding.UTF8), path: file.HintName, cancellationToken: cancellationToken))];
        CSharpCompilation compilation = CSharpCompilation.Create(assemblyName, trees, s_references.Value, s_options);
        using var image = new MemoryStream();
        EmitResult result = compilation.Emit(image, cancellationToken: cancellationToken);
        if (result.Success) return image.ToArray();
        throw new InvalidOperationException(Describe(files, result.Diagnostics));
    }

    private static PortableExecutableReference Reference(string assemblyName)
    {
        string trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        string? path = trusted.Split(Path.PathSeparator)
            .FirstOrDefault(path => Path.GetFileNameWithoutExtension(path).Equals(assemblyName, StringComparison.OrdinalIgnoreCase));
        return MetadataReference.CreateFromFile(path ?? throw new EspalierException(
            $"{assemblyName}.dll is not on disk, so networks cannot be compiled in memory; " +
            "use the source generator, or do not publish as a single file."));
    }

    private static string Describe(IReadOnlyList<EmittedFile> files, IEnumerable<Diagnostic> diagnostics)
    {
        const int MaxErrors = 10;
        var text = new StringBuilder("Generated code does not compile. This is a fault of Espalier, not of the network.\n");
        Diagnostic[] errors = [.. diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Take(MaxErrors)];
        foreach (Diagnostic error in errors) text.Append(error.ToString()).Append('\n');
        foreach (EmittedFile file in files.Where(file => errors.Any(error => error.Location.SourceTree?.FilePath == file.HintName)))
        {
            text.Append('\n').Append(file.HintName).Append('\n');
            string[] lines = file.Text.Split('\n');
            for (int i = 0; i < lines.Length; i++) text.Append(CultureInfo.InvariantCulture, $"{i + 1,6} {lines[i]}\n");
        }

        return text.ToString();
    }
}
