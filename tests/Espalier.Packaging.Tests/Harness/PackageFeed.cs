using System.IO.Compression;
using System.Reflection;
using Espalier.Tests;

namespace Espalier.Packaging.Tests.Harness;

/// <summary>
/// The packages in a folder, packed once for all tests from what the solution has built, and the folder that consumers restore into:
/// fresh, so that no package of an earlier run is met. What the packages depend on may come from the machine's own folder.
/// </summary>
public sealed class PackageFeed : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("espalier-packages-").FullName;

    /// <summary>Packs.</summary>
    public PackageFeed()
    {
        string repository = RepositoryFolder.Path
            ?? throw new InvalidOperationException("The tests must stand in the repository that they pack.");
        string configuration = typeof(PackageFeed).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        (int exitCode, string output) = Tool.Run(
            repository, Tool.DotNet,
            ["pack", "Compiler.sln", "--no-build", "-c", configuration, "-o", Folder, "-nologo", "-v:q", "-tl:off", "-nodeReuse:false"]);
        PackOutput = output.Trim();
        if (exitCode != 0) throw new InvalidOperationException("The solution does not pack:\n" + output);
        Version = Path.GetFileNameWithoutExtension(PathOf("Espalier.Tool", "*"))["Espalier.Tool.".Length..];
    }

    /// <summary>What packing printed.</summary>
    public string PackOutput { get; }

    /// <summary>The version of the packages.</summary>
    public string Version { get; }

    private string Folder => Path.Combine(_root, "feed");

    /// <summary>A new folder within this one whose projects restore from here.</summary>
    public string NewFolder(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        string machine = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string fallback = Directory.Exists(machine)
            ? $"<fallbackPackageFolders><add key=\"machine\" value=\"{machine}\" /></fallbackPackageFolders>"
            : "";
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_root, "packages")}" /></config>
              <packageSources><add key="espalier" value="{Folder}" /></packageSources>
              {fallback}
            </configuration>
            """);
        return folder;
    }

    /// <summary>The files of a package, or of its symbols.</summary>
    public IReadOnlyDictionary<string, byte[]> Read(string id, string extension = "nupkg")
    {
        using ZipArchive archive = ZipFile.OpenRead(PathOf(id, Version, extension));
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using Stream stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return content.ToArray();
        });
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string PathOf(string id, string version, string extension = "nupkg") =>
        Directory.GetFiles(Folder, $"{id}.{version}.{extension}").Single();
}
