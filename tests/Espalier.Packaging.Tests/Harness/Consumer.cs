using Espalier.Packaging.Tests.Skipping;

namespace Espalier.Packaging.Tests.Harness;

/// <summary>A fresh project of a user that gets Espalier from the packages.</summary>
internal sealed class Consumer(PackageFeed feed, string name)
{
    /// <summary>The whole library and the generator.</summary>
    public const string Library = "<PackageReference Include=\"Espalier\" Version=\"$(EspalierVersion)\" />";

    /// <summary>The generator alone.</summary>
    public const string Generator =
        "<PackageReference Include=\"Espalier.Generator\" Version=\"$(EspalierVersion)\" PrivateAssets=\"all\" />";

    /// <summary>The generator out of the whole package.</summary>
    public const string GeneratorOfLibrary =
        "<PackageReference Include=\"Espalier\" Version=\"$(EspalierVersion)\" PrivateAssets=\"all\" IncludeAssets=\"analyzers;build\" />";

    /// <summary>The folder of the project.</summary>
    public string Folder { get; } = feed.NewFolder(name);

    /// <summary>Writes a file.</summary>
    public Consumer With(string file, string text)
    {
        string path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return this;
    }

    /// <summary>Writes the project file, of which every warning counts.</summary>
    public Consumer WithProject(string framework, string items, string properties = "", string file = "Consumer.csproj") => With(file, $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>{framework}</TargetFramework>
            <EspalierVersion>{feed.Version}</EspalierVersion>
            <UseAppHost>false</UseAppHost>
            <WarningLevel>9999</WarningLevel>
            <AnalysisLevel>latest-recommended</AnalysisLevel>
            <InvariantGlobalization>true</InvariantGlobalization>
            <NuGetAudit>false</NuGetAudit>
            {properties}
          </PropertyGroup>
          <ItemGroup>
            {items}
          </ItemGroup>
        </Project>
        """);

    /// <summary>
    /// Restores and builds, in the Release configuration, and gives the exit code and what was printed, the folder left out.
    /// </summary>
    public (int ExitCode, string Output) Build(params string[] more) => Run(["-restore", .. more]);

    /// <summary>Builds again what has been restored.</summary>
    public (int ExitCode, string Output) BuildAgain(params string[] more) => Run(more);

    /// <summary>Restores, builds and publishes to the folder <c>published</c>.</summary>
    public (int ExitCode, string Output) Publish() => Run(["-restore", "-t:Publish", "-p:PublishDir=published/"]);

    /// <summary>Demands that a build or publish printed nothing: no error and not one warning.</summary>
    /// <exception cref="SkipException">A package that is none of ours cannot be had here, or a tool of the platform is missing.</exception>
    public static void AssertSilent((int ExitCode, string Output) result)
    {
        string? missing = result.Output.Split('\n').FirstOrDefault(line =>
            (line.Contains("error NU110", StringComparison.Ordinal) || line.Contains("error NU1301", StringComparison.Ordinal)
                || line.Contains("Platform linker", StringComparison.Ordinal))
            && !line.Contains("package Espalier", StringComparison.Ordinal));
        SkipException.When(missing is not null, $"What this target needs cannot be had here: {missing?.Trim()}");
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
    }

    /// <summary>The files of the folder <c>published</c>, in order.</summary>
    public string[] Published() => [.. Directory.GetFiles(Path.Combine(Folder, "published"), "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Path.Combine(Folder, "published"), path)).Order(StringComparer.Ordinal)];

    /// <summary>The file that was built.</summary>
    public string Built(string file) => Directory.GetFiles(Path.Combine(Folder, "bin"), file, SearchOption.AllDirectories).Single();

    private (int ExitCode, string Output) Run(string[] more)
    {
        (int exitCode, string output) = Tool.Run(
            Folder, Tool.DotNet,
            ["msbuild", "Consumer.csproj", "-nologo", "-v:q", "-tl:off", "-nodeReuse:false",
                "-p:Configuration=Release", "-p:UseSharedCompilation=false", .. more]);
        return (exitCode, output.Replace(Folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal).Trim());
    }
}
