extern alias generator;

using System.Reflection;
using System.Text.RegularExpressions;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Generator.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Descriptors = generator::Espalier.Generator.Diagnostics.Descriptors;

namespace Espalier.Generator.Tests;

public sealed partial class DiagnosticTests
{
    private const string Path = "folder/model.espalier";

    private static readonly ModelText s_good = new(Path, Models.SmallText());

    [Theory]
    [InlineData("", 0, 0, 0, 0, "Expected 'espalier 1', the first line of a model file, but found the end of the file.")]
    [InlineData("espalier 1\r\n", 0, 10, 10, 11, "but found a carriage return. Lines end in a line feed alone")]
    [InlineData("espalier 1\nsha256 0f\nnetwork n\n", 1, 7, 18, 20, "'0f' is not the SHA-256")]
    [InlineData("espalier 1\nsha256 0", 1, 7, 18, 19, "'0' is not the SHA-256")]
    public void A_bad_model_is_reported_where_it_is_bad(string text, int line, int column, int start, int end, string message)
    {
        Diagnostic diagnostic = OneError(ProjectOptions.In("Acme").With(Path), new ModelText(Path, text));

        Assert.Equal("ESP0001", diagnostic.Id);
        Assert.Contains(message, diagnostic.GetMessage(), StringComparison.Ordinal);
        Assert.Equal((start, end), (diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.End));
        FileLinePositionSpan lines = diagnostic.Location.GetLineSpan();
        Assert.Equal((Path, line, column), (lines.Path, lines.StartLinePosition.Line, lines.StartLinePosition.Character));
        Assert.Equal((line, column + end - start), (lines.EndLinePosition.Line, lines.EndLinePosition.Character));
    }

    [Fact]
    public void A_bad_weight_deep_in_a_model_is_underlined()
    {
        string text = Models.SmallText().Replace("1:bf800000", "1:00000000", StringComparison.Ordinal);

        Diagnostic diagnostic = OneError(ProjectOptions.In("Acme").With(Path), new ModelText(Path, text));

        Assert.Equal("00000000", text.Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length));
        Assert.Equal("(6,23)-(6,31)", Show(diagnostic.Location));
    }

    [Fact]
    public void An_unreadable_file_is_reported()
    {
        Diagnostic diagnostic = OneError(ProjectOptions.In("Acme").With(Path), new ModelText(Path, () => null));

        AssertAtStart("ESP0002", "The model file cannot be read as text", diagnostic);
    }

    [Theory]
    [InlineData("two words", "", "'two words' is not a C# identifier")]
    [InlineData("Digits { } class Evil", "", "is not a C# identifier")]
    [InlineData("Digits\n", "a..b", "'a..b' is not a C# namespace")]
    [InlineData("Digits", "Acme.1st", "'Acme.1st' is not a C# namespace")]
    [InlineData("Digits", "Acme;", "'Acme;' is not a C# namespace")]
    [InlineData("Predict", "", "A generated class cannot be called 'Predict', because one of its members is.")]
    public void A_name_that_no_class_can_have_is_reported(string className, string @namespace, string message)
    {
        Diagnostic diagnostic = OneError(ProjectOptions.In("Acme").With(Path, className, @namespace), s_good);

        AssertAtStart("ESP0003", message, diagnostic);
    }

    [Theory]
    [InlineData("publik")]
    [InlineData("private")]
    public void A_visibility_other_than_public_and_internal_is_reported(string visibility)
    {
        Diagnostic diagnostic = OneError(ProjectOptions.In("Acme").With(Path, visibility: visibility), s_good);

        AssertAtStart("ESP0004", $"'{visibility}' is not a visibility", diagnostic);
    }

    [Theory]
    [InlineData("Public")]
    [InlineData("INTERNAL")]
    [InlineData(" internal ")]
    public void A_visibility_is_taken_in_any_case(string visibility)
    {
        GeneratorRun run = GeneratorRun.Start(ProjectOptions.In("Acme").With(Path, visibility: visibility), s_good);

        Assert.Empty(run.Diagnostics);
        string word = visibility.Trim().ToLowerInvariant();
        Assert.Contains($"\n{word} static partial class @model", run.Sources["Acme.model.g.cs"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "fast", "",
        "'fast' is not a kernel: set Kernel of the EspalierNetwork item to one of Unrolled, Table, "
            + "Permute, Block, Dense, Pixels, UnrolledPixels,")]
    [InlineData("Loop", "", "'Loop' is not a kernel: ")]
    [InlineData("3", "", "'3' is not a kernel: ")]
    [InlineData(
        "permute", "true", "'permute' is not a kernel in plain C#: set Kernel of the EspalierNetwork item to one of Unrolled, Table,")]
    public void A_kernel_that_there_is_not_is_reported(string kernel, string plain, string message)
    {
        Diagnostic diagnostic = OneError(ProjectOptions.In("Acme").With(Path, kernel: kernel, plain: plain), s_good);

        AssertAtStart("ESP0006", message, diagnostic);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("1001")]
    [InlineData("-8")]
    [InlineData("1e2")]
    [InlineData("99999999999")]
    public void A_number_of_terms_out_of_range_is_reported(string terms)
    {
        Diagnostic diagnostic = OneError(ProjectOptions.In("Acme").With(Path, maxTermsPerMethod: terms), s_good);

        AssertAtStart(
            "ESP0007",
            $"'{terms}' is not a number of terms: set MaxTermsPerMethod of the EspalierNetwork item to a whole number from 8 to 1000",
            diagnostic);
    }

    [Fact]
    public void Plain_that_is_neither_true_nor_false_is_reported()
    {
        Diagnostic diagnostic = OneError(ProjectOptions.In("Acme").With(Path, plain: "yes"), s_good);

        AssertAtStart("ESP0008", "'yes' is neither 'true' nor 'false': set Plain of the EspalierNetwork item", diagnostic);
    }

    [Theory]
    [InlineData(
        LanguageVersion.CSharp9, "",
        "this project is written in C# 9.0: set LangVersion to 10 or later, or leave it out, or set Plain of the")]
    [InlineData(LanguageVersion.CSharp7_3, "false", "this project is written in C# 7.3: set LangVersion to 10 or later")]
    public void Vector_code_in_an_older_language_version_is_reported_once(LanguageVersion language, string plain, string message)
    {
        ProjectOptions options = ProjectOptions.In("Acme").With(Path, plain: plain);

        AssertAtStart("ESP0010", message, Assert.Single(GeneratorRun.Start(options, language, s_good).Diagnostics));
        Assert.Empty(GeneratorRun.Start(options.With(Path, plain: "true"), language, s_good).Diagnostics);
        Assert.Empty(GeneratorRun.Start(options, LanguageVersion.CSharp10, s_good).Diagnostics);
    }

    [Fact]
    public void Vector_code_for_an_older_framework_is_reported_once()
    {
        Diagnostic diagnostic = OneError(
            ProjectOptions.In("Acme", ("EspalierFrameworkHasVectors", "false")).With(Path, plain: "false"), s_good);

        AssertAtStart("ESP0010", "this project targets an older framework: target net8.0 or later, or set Plain", diagnostic);
    }

    [Fact]
    public void A_switch_that_is_neither_on_nor_off_is_reported()
    {
        Diagnostic diagnostic = OneError(ProjectOptions.In("Acme", ("EspalierGenerate", "no")).With(Path), s_good);

        AssertAtStart("ESP0011", "'no' is neither 'true' nor 'false': set EspalierGenerate of the project", diagnostic);
    }

    /// <summary>The class stays, without what computes, so that the one error is not buried below one for each call.</summary>
    [Theory]
    [InlineData("espalier 1\n", "", "", "ESP0001")]
    [InlineData(null, "", "", "ESP0002")]
    [InlineData("", "fast", "", "ESP0006")]
    [InlineData("espalier 1\n", "", "true", "ESP0001")]
    public void Calls_of_a_network_that_cannot_be_compiled_are_no_errors(string? text, string kernel, string plain, string id)
    {
        GeneratorRun run = GeneratorRun.Start(
            ProjectOptions.In("Acme").With(Path, kernel: kernel, plain: plain), new ModelText(Path, () => text));

        GeneratorRun called = run.ThenEdit("""
            internal static class Caller
            {
                internal static int Call()
                {
                    float[] input = new float[Acme.model.InputLength], output = new float[Acme.model.OutputLength];
                    Acme.model.Predict(input, output);
                    return Acme.model.Classify(input);
                }
            }
            """);

        Assert.Equal(id, Assert.Single(called.Diagnostics).Id);
        Assert.Equal(["Acme.model.g.cs"], called.Sources.Keys);
        Assert.Empty(called.Output.GetDiagnostics().Where(diagnostic => diagnostic.Id != "CS1591"));
    }

    [Fact]
    public void Of_two_networks_of_one_class_the_broken_one_is_reported_as_broken()
    {
        ProjectOptions options = ProjectOptions.In("Acme").With("a.espalier", "Digits").With(Path, "Digits");
        var broken = new ModelText(Path, "espalier 1\n");

        GeneratorRun run = GeneratorRun.Start(options, broken, new ModelText("a.espalier", Models.SmallText()));

        Assert.Equal("ESP0001", Assert.Single(run.Diagnostics).Id);
        Assert.Contains("Acme.Digits.Kernels.g.cs", run.Sources.Keys);
    }

    [Theory]
    [InlineData("Digits")]
    [InlineData("DIGITS")]
    public void Two_networks_of_one_class_are_reported_at_the_second(string second)
    {
        ProjectOptions options = ProjectOptions.In("Acme").With("a.espalier", "Digits").With(Path, second);

        GeneratorRun run = GeneratorRun.Start(options, s_good, new ModelText("a.espalier", Models.SmallText()));

        AssertAtStart("ESP0005", $"Class 'Acme.{second}' is generated from 'a.espalier' already", Assert.Single(run.Diagnostics));
        Assert.All(run.Sources.Keys, name => Assert.StartsWith("Acme.Digits.", name, StringComparison.Ordinal));
        Assert.NotEmpty(run.Sources);
    }

    [Fact]
    public void A_mistake_of_our_own_is_reported_at_the_model_and_spares_the_others()
    {
        var failing = new ModelText(Path, () => throw new InvalidOperationException("broken\r\nin two lines"));

        GeneratorRun run = GeneratorRun.Start(
            ProjectOptions.In("Acme").With(Path).With("b.espalier"), failing, new ModelText("b.espalier", Models.SmallText()));

        Diagnostic diagnostic = Assert.Single(run.Diagnostics);
        AssertAtStart("ESP9999", "The generator failed on this model (InvalidOperationException: broken  in two lines)", diagnostic);
        Assert.Contains("Acme.b.g.cs", run.Sources.Keys);
    }

    [Fact]
    public void Cancelling_is_not_an_error()
    {
        using var source = new CancellationTokenSource();
        var cancelling = new ModelText(Path, () =>
        {
            source.Cancel();
            return Models.SmallText(8);
        });
        GeneratorRun run = GeneratorRun.Start(ProjectOptions.In("Acme").With(Path), s_good);

        GeneratorDriver driver = run.Driver.ReplaceAdditionalText(s_good, cancelling);

        Assert.Throws<OperationCanceledException>(() => driver.RunGenerators(run.Input, source.Token));
    }

    [Fact]
    public void Additional_files_without_the_marker_are_left_alone()
    {
        GeneratorRun run = GeneratorRun.Start(ProjectOptions.In("Acme"), new ModelText(Path, "not for us"));

        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.Sources);
    }

    [Fact]
    public void The_release_notes_list_every_diagnostic_and_no_other()
    {
        IEnumerable<string> descriptors = typeof(Descriptors).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (DiagnosticDescriptor)field.GetValue(null)!)
            .Select(descriptor => $"{descriptor.Id} | {descriptor.Category} | {descriptor.DefaultSeverity} | {descriptor.Title}");
        string notes = File.ReadAllText(System.IO.Path.Combine(AppContext.BaseDirectory, "AnalyzerReleases.Shipped.md"))
            + File.ReadAllText(System.IO.Path.Combine(AppContext.BaseDirectory, "AnalyzerReleases.Unshipped.md"));

        IEnumerable<string> listed = ReleaseLine().Matches(notes).Select(match => match.Value);
        Assert.Equal(descriptors.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_page_of_the_generator_has_a_row_for_every_diagnostic_and_no_other()
    {
        IEnumerable<string> descriptors = typeof(Descriptors).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (DiagnosticDescriptor)field.GetValue(null)!)
            .Select(descriptor => $"| {descriptor.Id} | {descriptor.Title} |");
        string targets = File.ReadAllText(System.IO.Path.Combine(AppContext.BaseDirectory, "build", "Espalier.targets"));
        string page = File.ReadAllText(System.IO.Path.Combine(AppContext.BaseDirectory, "README.md"));

        string[] rows = [.. PageRow().Matches(page).Select(match => match.Value).Order(StringComparer.Ordinal)];
        string[] ofTargets = [.. rows.Where(row => targets.Contains($"Code=\"{row[2..9]}\"", StringComparison.Ordinal))];
        Assert.Equal(["ESP0002", "ESP0012", "ESP0013"], ofTargets.Select(row => row[2..9]));
        Assert.Equal(descriptors.Union(ofTargets).Order(StringComparer.Ordinal), rows);
    }

    [Fact]
    public void The_page_of_the_generator_lists_every_kernel_and_all_that_an_item_can_say()
    {
        string page = File.ReadAllText(System.IO.Path.Combine(AppContext.BaseDirectory, "README.md"));
        IEnumerable<string> kernels = Enum.GetValues<KernelKind>().Where(kind => kind != KernelKind.Loop).Select(kind => $"`{kind}`");
        string[] metadata = ["ClassName", "Namespace", "Visibility", "Kernel", "MaxTermsPerMethod", "Plain"];

        Assert.Contains($"| Kernel | {string.Join(", ", kernels)} |", page, StringComparison.Ordinal);
        Assert.All(metadata, name => Assert.Contains($"\n| {name} | ", page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_limits_in_a_message_are_those_of_the_compiler() => Assert.Contains(
        $"from {LoweringOptions.MinMethodTerms} to {LoweringOptions.MaxMethodTerms},",
        Descriptors.InvalidMethodTerms.MessageFormat.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    [Fact]
    public void A_message_says_what_every_layer_costs_and_the_whole_beside_dense_code()
    {
        GeneratorRun run = GeneratorRun.Start(ProjectOptions.In("Acme").With(Path), s_good);

        Diagnostic costs = Assert.Single(run.Costs);
        Assert.Equal((DiagnosticSeverity.Info, Path), (costs.Severity, costs.Location.GetLineSpan().Path));
        Assert.Matches(
            """^\w+: (\w+ [\d,]+ weights \(\d+\.\d %\), [\w ]+(, \d+ % of the lanes)?, """
            + """[\d,]+ ns, tables [\d,]+ B, code [\d,]+ B, scratch [\d,]+ B; )+"""
            + """in all [\d,]+ of [\d,]+ weights \(\d+\.\d %\), about [\d,]+ ns, [\d,]+ B; dense [\d,]+ B$""",
            costs.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static Diagnostic OneError(ProjectOptions options, AdditionalText file)
    {
        GeneratorRun run = GeneratorRun.Start(options, file);
        Assert.DoesNotContain(run.Sources.Keys, name => name.EndsWith(".Kernels.g.cs", StringComparison.Ordinal));
        Diagnostic diagnostic = Assert.Single(run.Diagnostics);
        Assert.Equal(DiagnosticSeverity.Error, diagnostic.Severity);
        Assert.DoesNotContain('\n', diagnostic.GetMessage());
        return diagnostic;
    }

    private static void AssertAtStart(string id, string message, Diagnostic diagnostic)
    {
        Assert.Equal(id, diagnostic.Id);
        Assert.Contains(message, diagnostic.GetMessage(), StringComparison.Ordinal);
        Assert.Equal((Path, "(1,1)-(1,1)"), (diagnostic.Location.GetLineSpan().Path, Show(diagnostic.Location)));
    }

    private static string Show(Location location)
    {
        LinePositionSpan span = location.GetLineSpan().Span;
        return $"({span.Start.Line + 1},{span.Start.Character + 1})-({span.End.Line + 1},{span.End.Character + 1})";
    }

    [GeneratedRegex(@"^ESP\d{4} .*$", RegexOptions.Multiline)]
    private static partial Regex ReleaseLine();

    [GeneratedRegex(@"^\| ESP\d{4} \| [^|]+ \|", RegexOptions.Multiline)]
    private static partial Regex PageRow();
}
