using System.Reflection;
using System.Runtime.Loader;
using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Tests.Data;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Espalier.EndToEnd.Tests.Manual;

/// <summary>Runs a program with top-level statements inside this process, against the libraries that are loaded.</summary>
internal static class ProgramRun
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        """;

    private static readonly CSharpCompilationOptions s_options = new(
        OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable);

    /// <summary>Compiles <paramref name="source"/> without a warning and runs it in an empty folder.</summary>
    /// <returns>The exit code, 0 unless the program returns one, and all that it printed.</returns>
    public static (int ExitCode, string Output) Of(string source)
    {
        var context = new AssemblyLoadContext("program", isCollectible: true);
        using MemoryStream image = Compile(source);
        MethodInfo main = context.LoadFromStream(image).EntryPoint!;
        using var folder = new TemporaryFolder();
        using var printed = new StringWriter();
        (TextWriter console, string current) = (Console.Out, Environment.CurrentDirectory);
        try
        {
            Console.SetOut(printed);
            Environment.CurrentDirectory = folder.Path;
            object? result = main.Invoke(null, BindingFlags.DoNotWrapExceptions, binder: null, [Array.Empty<string>()], culture: null);
            return (result as int? ?? 0, printed.ToString());
        }
        finally
        {
            Environment.CurrentDirectory = current;
            Console.SetOut(console);
            context.Unload();
        }
    }

    private static MemoryStream Compile(string source)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Readme", [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(source)], References(), s_options);
        var image = new MemoryStream();
        IEnumerable<Diagnostic> diagnostics = compilation.Emit(image).Diagnostics;
        Assert.Equal("", string.Join('\n', diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)));
        image.Position = 0;
        return image;
    }

    // The framework and the library with its compiler: not all that runs here, for the generator holds twins of the compiler's types.
    private static IEnumerable<MetadataReference> References()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == framework)
            .Append(typeof(CompiledNetwork).Assembly.Location)
            .Append(typeof(Network).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path));
    }
}
