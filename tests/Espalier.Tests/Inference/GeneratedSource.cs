using System.Globalization;
using System.Text;
using Espalier.Compilation.Emit;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Espalier.Tests.Inference;

/// <summary>Compiles generated source under the harshest settings that a user's project may have.</summary>
internal static class GeneratedSource
{
    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(
                path) is "System.Private.CoreLib.dll" or "System.Runtime.dll" or "System.Memory.dll" or "System.Console.dll")
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>A compilation with nullable, checked arithmetic, all warnings as errors and documentation diagnosed.</summary>
    public static CSharpCompilation CompileHarshly(
        IEnumerable<EmittedFile> files, LanguageVersion version = LanguageVersion.CSharp10,
        OutputKind kind = OutputKind.DynamicallyLinkedLibrary)
    {
        var parse = new CSharpParseOptions(version, DocumentationMode.Diagnose);
        var options = new CSharpCompilationOptions(
            kind, optimizationLevel: OptimizationLevel.Release, checkOverflow: true, warningLevel: 9999,
            generalDiagnosticOption: ReportDiagnostic.Error, nullableContextOptions: NullableContextOptions.Enable);
        IEnumerable<SyntaxTree> trees = files.Select(
            file => CSharpSyntaxTree.ParseText(SourceText.From(file.Text, Encoding.UTF8), parse, file.HintName));
        return CSharpCompilation.Create("Harsh", trees, s_references, options);
    }

    /// <summary>Fails when the compiler has anything to say, with what it says and the source.</summary>
    public static void AssertNothingToSay(CSharpCompilation compilation)
    {
        using var image = new MemoryStream();
        using var documentation = new MemoryStream();
        Diagnostic[] diagnostics = [.. compilation.Emit(image, xmlDocumentationStream: documentation).Diagnostics
            .Where(diagnostic => diagnostic.Severity != DiagnosticSeverity.Hidden)];
        if (diagnostics.Length == 0) return;
        var text = new StringBuilder().AppendJoin('\n', diagnostics.Take(10).Select(diagnostic => diagnostic.ToString())).Append('\n');
        foreach (SyntaxTree tree in diagnostics.Select(diagnostic => diagnostic.Location.SourceTree!).Where(tree => tree is not null)
            .Distinct())
        {
            foreach (TextLine line in tree.GetText().Lines) text.Append(CultureInfo.InvariantCulture, $"{line.LineNumber + 1,5} {line}\n");
        }

        Assert.Fail(text.ToString());
    }
}
