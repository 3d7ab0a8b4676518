using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;
using Espalier.Packaging.Tests.Harness;

namespace Espalier.Packaging.Tests;

/// <summary>What is in the packages.</summary>
[Collection(Packages.Name)]
public sealed class PackageContentTests(PackageFeed feed)
{
    [Fact]
    public void Packing_prints_nothing() => Assert.Equal("", feed.PackOutput);

    [Fact]
    public void The_package_holds_library_and_generator()
    {
        Assert.Equal(
            [
                "README.md", "analyzers/dotnet/cs/Espalier.Generator.dll",
                "build/Espalier.props", "build/Espalier.targets", "buildTransitive/Espalier.props", "buildTransitive/Espalier.targets",
                "lib/net10.0/Espalier.Compilation.dll", "lib/net10.0/Espalier.Compilation.xml", "lib/net10.0/Espalier.dll",
                "lib/net10.0/Espalier.xml",
                "lib/net8.0/Espalier.Compilation.dll", "lib/net8.0/Espalier.Compilation.xml", "lib/net8.0/Espalier.dll",
                "lib/net8.0/Espalier.xml",
                "lib/netstandard2.0/_._",
            ],
            Files("Espalier"));
        Assert.Equal(
            [
                "lib/net10.0/Espalier.Compilation.pdb", "lib/net10.0/Espalier.pdb",
                "lib/net8.0/Espalier.Compilation.pdb", "lib/net8.0/Espalier.pdb",
            ],
            Files("Espalier", "snupkg"));
    }

    [Fact]
    public void The_generator_alone_brings_no_library_and_no_dependency()
    {
        Assert.Equal(
            [
                "README.md", "analyzers/dotnet/cs/Espalier.Generator.dll",
                "build/Espalier.Generator.props", "build/Espalier.Generator.targets",
                "buildTransitive/Espalier.Generator.props", "buildTransitive/Espalier.Generator.targets",
            ],
            Files("Espalier.Generator"));
        XElement metadata = Metadata("Espalier.Generator");
        Assert.DoesNotContain(metadata.Descendants(), element => element.Name.LocalName == "dependency");
        Assert.Equal("true", metadata.Elements().Single(element => element.Name.LocalName == "developmentDependency").Value);
    }

    [Fact]
    public void The_library_depends_on_no_package_of_ours()
    {
        IEnumerable<string> ids = Metadata("Espalier").Descendants().Where(element => element.Name.LocalName == "dependency")
            .Select(element => element.Attribute("id")!.Value);

        Assert.Contains("MathNet.Numerics", ids);
        Assert.DoesNotContain(ids, id => id.StartsWith("Espalier", StringComparison.Ordinal) || id == "Grpc.Tools");
    }

    [Theory]
    [InlineData("Espalier")]
    [InlineData("Espalier.Generator")]
    [InlineData("Espalier.Tool")]
    public void A_package_says_what_it_is(string id)
    {
        Dictionary<string, string> metadata = Metadata(id).Elements().ToDictionary(
            element => element.Name.LocalName, element => element.Value);

        Assert.Equal(feed.Version, metadata["version"]);
        Assert.Equal("MIT", metadata["license"]);
        Assert.Equal("README.md", metadata["readme"]);
        Assert.True(metadata["description"].Length > 40);
        Assert.Contains("neural-network", metadata["tags"], StringComparison.Ordinal);
        Assert.StartsWith("# ", Encoding.UTF8.GetString(feed.Read(id)["README.md"]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_we_compiled_is_deterministic()
    {
        string[] ids = ["Espalier", "Espalier.Generator", "Espalier.Tool"];
        var files = ids.SelectMany(id => feed.Read(id))
            .Where(file =>
                Path.GetFileName(file.Key) is "Espalier.dll" or "Espalier.Compilation.dll"
                    or "Espalier.Generator.dll" or "Espalier.Cli.dll");

        Assert.All(files, file =>
        {
            using var image = new PEReader(new MemoryStream(file.Value));
            Assert.Contains(image.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        });
    }

    /// <summary>What the package holds for people, the parts of the container left out.</summary>
    private string[] Files(string id, string extension = "nupkg") => [.. feed.Read(id, extension).Keys
        .Where(name => name != "[Content_Types].xml" && !name.EndsWith(".nuspec", StringComparison.Ordinal)
            && !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)];

    private XElement Metadata(string id)
    {
        using var nuspec = new MemoryStream(feed.Read(id)[id + ".nuspec"]);
        return XDocument.Load(nuspec).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }
}
