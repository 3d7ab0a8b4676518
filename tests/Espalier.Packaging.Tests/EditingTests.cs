using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;
using Espalier.Packaging.Tests.Harness;

namespace Espalier.Packaging.Tests;

/// <summary>What a person sees who edits models and options, by the real SDK and the packed generator.</summary>
[Collection(Packages.Name)]
public sealed class EditingTests(PackageFeed feed)
{
    private const string Program = """
        internal static class Program
        {
            private static void Main()
            {
                System.Console.WriteLine(Consumer.left.Classify(new float[Consumer.left.InputLength]));
                System.Console.WriteLine(Acme.Right.Classify(new float[Acme.Right.InputLength]));
            }
        }
        """;

    /// <summary>
    /// The project gets the package through another project's reference, which brings targets and no analyzer, and overrides metadata below
    /// the items. A model that no item names lies beside it.
    /// </summary>
    [Fact]
    public void Models_and_options_are_edited()
    {
        Consumer consumer = new Consumer(feed, "editing")
            .With("inner/Inner.csproj", $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
                  <ItemGroup><PackageReference Include="Espalier" Version="{feed.Version}" /></ItemGroup>
                </Project>
                """)
            .With("inner/Inner.cs", "public static class Inner { }")
            .WithProject(
                "net10.0",
                """
                <ProjectReference Include="inner/Inner.csproj" />
                <Compile Remove="inner/**" />
                <EspalierNetwork Include="left.espalier;right.espalier" />
                <EspalierNetwork Update="right.espalier" ClassName="Right" Namespace="Acme" Kernel="$(RightKernel)" />
                """,
                "<EmitCompilerGeneratedFiles>true</EmitCompilerGeneratedFiles>")
            .With("Program.cs", Program).With("stray.espalier", "not even a model")
            .With("left.espalier", Model(1)).With("right.espalier", Model(2));
        Consumer.AssertSilent(consumer.Build());
        string[] first = Generated(consumer);
        Assert.Equal(
            [
                "Acme.Right.Batch.g.cs", "Acme.Right.Kernels.g.cs", "Acme.Right.g.cs",
                "Consumer.left.Batch.g.cs", "Consumer.left.Kernels.g.cs", "Consumer.left.g.cs",
            ],
            first.Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Dictionary<string, string> before = first.ToDictionary(path => path, File.ReadAllText);

        // Nothing changed: the compiler does not run.
        string assembly = Path.Combine(consumer.Folder, "obj", "Release", "net10.0", "Consumer.dll");
        DateTime built = File.GetLastWriteTimeUtc(assembly);
        Consumer.AssertSilent(consumer.BuildAgain());
        Assert.Equal(built, File.GetLastWriteTimeUtc(assembly));

        // An editor asks for the command line of the compiler without running it: both models and one generator are on it.
        (int exitCode, string commandLine) = consumer.BuildAgain(
            "-t:CoreCompile", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true",
            "-getItem:CscCommandLineArgs", "-p:BuildProjectReferences=false", "-p:NonExistentFile=none");
        Assert.Equal(0, exitCode);
        Assert.Single(
            commandLine.Split('\n'),
            line => line.Contains("/analyzer:", StringComparison.Ordinal)
                && line.Contains("Espalier.Generator.dll", StringComparison.Ordinal)
                && line.Contains("\"Identity\"", StringComparison.Ordinal));
        Assert.Equal(2, commandLine.Split('\n').Count(line => line.Contains("\"Identity\": \"/additionalfile:", StringComparison.Ordinal)));

        // One model changed: its kernels are others, all other files are the same to the byte.
        consumer.With("left.espalier", Model(3));
        Consumer.AssertSilent(consumer.BuildAgain());
        IEnumerable<string> changed = before.Keys.Where(path => File.ReadAllText(path) != before[path]);
        Assert.Equal(
            ["Consumer.left.Batch.g.cs", "Consumer.left.Kernels.g.cs"],
            changed.Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

        // A bad option, then a bad model: one error each, where it is.
        Assert.StartsWith(
            "right.espalier(1,1): error ESP0006: 'fast' is not a kernel: "
                + "set Kernel of the EspalierNetwork item to one of Unrolled, Table, Permute,",
            OneError(consumer.BuildAgain("-p:RightKernel=fast")), StringComparison.Ordinal);
        string[] lines = Model(2).Split('\n');
        int line = Array.FindIndex(lines, text => text.StartsWith("layer ", StringComparison.Ordinal)) + 1;
        int column = lines[line].IndexOf(':', StringComparison.Ordinal) + 1;
        lines[line] = lines[line][..column] + "7fc00000" + lines[line][(column + 8)..];
        consumer.With("right.espalier", string.Join('\n', lines));
        Assert.StartsWith(
            $"right.espalier({line + 1},{column + 1}): error ESP0001: Infinity or NaN stands for a weight",
            OneError(consumer.BuildAgain()), StringComparison.Ordinal);
    }

    /// <summary>The only line that a build printed: the calls of the class that cannot be compiled are no errors.</summary>
    private static string OneError((int ExitCode, string Output) result)
    {
        Assert.Equal(1, result.ExitCode);
        return Assert.Single(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string[] Generated(Consumer consumer) =>
        Directory.GetFiles(Path.Combine(consumer.Folder, "obj"), "*.g.cs", SearchOption.AllDirectories);

    private static string Model(ulong seed) =>
        ModelWriter.ToText(RandomNetwork.Create(seed, 0.3, Activation.Relu, Activation.Softmax, 12, 16, 3));
}
