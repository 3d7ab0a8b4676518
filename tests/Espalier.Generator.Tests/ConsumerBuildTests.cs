extern alias generator;

using System.Xml.Linq;
using Espalier.Generator.Tests.Harness;
using NetworkItem = generator::Espalier.Generator.Pipeline.NetworkItem;

namespace Espalier.Generator.Tests;

/// <summary>The files that the package brings, under the real SDK.</summary>
public sealed class ConsumerBuildTests
{
    private const string Program = """
        internal static class Program
        {
            private static void Main()
            {
                global::System.Span<float> output = stackalloc float[Acme.Nets.Tiny.OutputLength];
                Acme.Nets.Tiny.Predict([4f, 1f], output);
                global::System.Console.WriteLine(global::System.FormattableString.Invariant($"tiny {output[0]}"));
                Consumer.other.Predict([4f, 1f], output);
                global::System.Console.WriteLine(global::System.FormattableString.Invariant($"other {output[0]}"));
            }
        }
        """;

    [Fact]
    public void A_project_builds_its_networks_and_predicts()
    {
        using var project = new ConsumerProject(
            """
            <EspalierNetwork Include="models/*.espalier" />
            <EspalierNetwork Include="models/other.espalier" />
            <EspalierNetwork Update="models/tiny.espalier" ClassName="Tiny" Namespace="Acme.Nets" Visibility="internal" />
            """,
            Program);
        project.Write("models/tiny.espalier", Models.SmallText());
        project.Write("models/other.espalier", Models.SmallText(1));

        Assert.Equal((0, ""), project.Build());
        Assert.Equal((0, "tiny 0.625\nother 3.625\n"), project.Execute());

        project.Write("models/tiny.espalier", Models.SmallText(0.75f));
        Assert.Equal((0, ""), project.Build());
        Assert.Equal((0, "tiny 2.125\nother 3.625\n"), project.Execute());
    }

    [Fact]
    public void A_broken_model_is_one_error_at_its_line()
    {
        using var project = new ConsumerProject(
            "<EspalierNetwork Include=\"tiny.espalier\" />",
            "internal static class Program { private static void Main() { } }");
        project.Write("tiny.espalier", Models.SmallText().Replace("1:bf800000", "1:7fc00000", StringComparison.Ordinal));

        AssertOneError(
            "tiny.espalier(6,23): error ESP0001: Infinity or NaN stands for a weight: only finite numbers are allowed.", project);
    }

    [Fact]
    public void A_broken_model_whose_class_is_called_is_one_error_all_the_same()
    {
        using var project = new ConsumerProject(
            "<EspalierNetwork Include=\"tiny.espalier\" Namespace=\"Acme.Nets\" ClassName=\"Tiny\" />", """
            internal static class Program
            {
                private static int Main() => Acme.Nets.Tiny.Classify(new float[Acme.Nets.Tiny.InputLength]);
            }
            """);
        project.Write("tiny.espalier", Models.SmallText() + "\n");

        AssertOneError("tiny.espalier(10,1): error ESP0001: Expected ", project);
    }

    [Theory]
    [InlineData(
        "<EspalierNetwork Include=\"tiny.espalier;gone.espalier\" />", "Consumer.csproj",
        "gone.espalier : error ESP0002: There is no such model file: ")]
    [InlineData(
        "<EspalierNetwork Include=\"tiny.espalier;../\" />", "Consumer.csproj", "../ : error ESP0002: There is no such model file: ")]
    [InlineData(
        "<EspalierNetwork Include=\"tiny.espalier\" ClassName=\"A\" /><EspalierNetwork Include=\"tiny.espalier\" ClassName=\"B\" />",
        "Consumer.csproj",
        "tiny.espalier : error ESP0013: The file is listed twice with different metadata: ")]
    [InlineData(
        "<EspalierNetwork Include=\"tiny.espalier\" />", "Consumer.vbproj",
        "tiny.espalier : error ESP0012: Networks are compiled into C#, and this project is written in VB: ")]
    public void An_item_that_cannot_be_compiled_is_one_error(string items, string projectFile, string error)
    {
        using var project = new ConsumerProject(
            items, "internal static class Program { private static void Main() { } }", projectFile: projectFile);
        project.Write("tiny.espalier", Models.SmallText());

        AssertOneError(error, project);
    }

    private static void AssertOneError(string error, ConsumerProject project)
    {
        (int exitCode, string output) = project.Build();

        Assert.Equal(1, exitCode);
        Assert.StartsWith(error, Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_switch_turns_the_generator_off()
    {
        using var project = new ConsumerProject(
            "<EspalierNetwork Include=\"tiny.espalier\" />",
            "internal static class Program { private static void Main() { } }",
            "<EspalierGenerate>false</EspalierGenerate>");
        project.Write("tiny.espalier", "not even a model");

        Assert.Equal((0, ""), project.Build());
    }

    [Fact]
    public void The_props_show_the_compiler_exactly_what_the_generator_reads()
    {
        XDocument props = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "build", "Espalier.props"));
        IEnumerable<string> shown = props.Descendants("CompilerVisibleItemMetadata")
            .Select(element => element.Attribute("MetadataName")!.Value)
            .Concat(props.Descendants("CompilerVisibleProperty").Select(element => element.Attribute("Include")!.Value));

        IEnumerable<string> read = typeof(NetworkItem).GetProperties().Where(property => property.PropertyType == typeof(string))
            .Select(property => property.Name).Append(NetworkItem.Marker);

        Assert.Equal(read.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }
}
