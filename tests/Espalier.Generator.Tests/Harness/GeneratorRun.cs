using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Espalier.Generator.Tests.Harness;

/// <summary>
/// The generator at work on a project in memory that is as hard to please as we can make it: every warning on and an error, nullable,
/// checked arithmetic, documentation diagnosed, no implicit usings, user types that are called like the framework's
/// namespaces, and a culture whose minus sign and separators would spoil any number.
/// </summary>
internal sealed record GeneratorRun(
    GeneratorDriver Driver, CSharpCompilation Input, CSharpCompilation Output, ImmutableArray<Diagnostic> Diagnostics)
{
    private const string CostsId = "ESP0100";

    private const string UserCode = "namespace Acme { internal static class System { } internal static class Espalier { } }";

    /// <summary>What all code is compiled against: the running framework.</summary>
    public static readonly MetadataReference[] Framework = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator)
        .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
        .Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>How all code is compiled: every warning on and an error, and checked arithmetic.</summary>
    public static readonly CSharpCompilationOptions Harshest = new(
        OutputKind.DynamicallyLinkedLibrary,
        optimizationLevel: OptimizationLevel.Release,
        checkOverflow: true,
        generalDiagnosticOption: ReportDiagnostic.Error,
        warningLevel: 9999);

    private static readonly CSharpParseOptions s_parseOptions = new(LanguageVersion.Latest, DocumentationMode.Diagnose);

    private static readonly CultureInfo s_strangeCulture = MakeStrangeCulture();

    /// <summary>Made once: the references of the running framework cost most of a small compilation.</summary>
    private static readonly CSharpCompilation s_project = CSharpCompilation.Create(
        "Consumer",
        [CSharpSyntaxTree.ParseText(UserCode, s_parseOptions)],
        Framework,
        Harshest.WithNullableContextOptions(NullableContextOptions.Enable));

    /// <summary>What the generator made, by hint name.</summary>
    public ImmutableSortedDictionary<string, string> Sources => Result.GeneratedSources
        .ToImmutableSortedDictionary(source => source.HintName, source => source.SourceText.ToString(), StringComparer.Ordinal);

    /// <summary>What it said that networks cost, which is no fault and not among <see cref="Diagnostics"/>.</summary>
    public ImmutableArray<Diagnostic> Costs { get; private init; }

    /// <summary>The result of our one generator.</summary>
    public GeneratorRunResult Result => Driver.GetRunResult().Results.Single();

    /// <summary>The first run of a new driver.</summary>
    public static GeneratorRun Start(ProjectOptions options, params AdditionalText[] files) =>
        Start(options, s_parseOptions.LanguageVersion, files);

    /// <summary>The first run of a new driver for a project that is written in <paramref name="language"/>.</summary>
    public static GeneratorRun Start(ProjectOptions options, LanguageVersion language, params AdditionalText[] files)
    {
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [Generators.Network()],
            files,
            s_parseOptions.WithLanguageVersion(language),
            options,
            new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        return Run(driver, language == s_parseOptions.LanguageVersion ? s_project : s_project.RemoveAllSyntaxTrees());
    }

    /// <summary>The first run of a new driver over one model, class <c>Acme.Model</c>.</summary>
    public static GeneratorRun Of(string modelText) =>
        Start(ProjectOptions.In("Acme").With("model.espalier", "Model"), new ModelText("model.espalier", modelText));

    /// <summary>The next run of this driver after <paramref name="change"/>.</summary>
    public GeneratorRun Then(Func<GeneratorDriver, GeneratorDriver> change) => Run(change(Driver), Input);

    /// <summary>The next run of this driver after an edit of the user's C#.</summary>
    public GeneratorRun ThenEdit(string code) => Run(Driver, Input.AddSyntaxTrees(CSharpSyntaxTree.ParseText(code, s_parseOptions)));

    /// <summary>Compiles, demands that not even a hint is reported, and gives the class to <paramref name="use"/>.</summary>
    public void Load(string className, Action<GeneratedClass> use)
    {
        Assert.Empty(Diagnostics);
        using var image = new MemoryStream();
        ImmutableArray<Diagnostic> problems = Output.Emit(image).Diagnostics;
        Assert.True(problems.IsEmpty, string.Join('\n', problems) + "\n" + string.Join("\n", Sources.Values.Select(Numbered)));
        image.Position = 0;
        var context = new AssemblyLoadContext(className, isCollectible: true);
        use(new GeneratedClass(context.LoadFromStream(image).GetType(className, throwOnError: true)!));
        context.Unload();
    }

    private static GeneratorRun Run(GeneratorDriver driver, CSharpCompilation input)
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = s_strangeCulture;
        try
        {
            driver = driver.RunGeneratorsAndUpdateCompilation(input, out var output, out ImmutableArray<Diagnostic> diagnostics);
            return new GeneratorRun(
                driver, input, (CSharpCompilation)output, [.. diagnostics.Where(diagnostic => diagnostic.Id != CostsId)])
            {
                Costs = [.. diagnostics.Where(diagnostic => diagnostic.Id == CostsId)],
            };
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static CultureInfo MakeStrangeCulture()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        NumberFormatInfo numbers = culture.NumberFormat;
        (numbers.NegativeSign, numbers.NumberDecimalSeparator, numbers.NumberGroupSeparator) = ("~", "#", "_");
        return culture;
    }

    private static string Numbered(string source) => string.Join('\n', source.Split('\n').Select((line, index) => $"{index + 1,5} {line}"));
}
