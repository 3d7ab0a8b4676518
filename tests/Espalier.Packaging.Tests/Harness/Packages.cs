namespace Espalier.Packaging.Tests.Harness;

/// <summary>The tests that share the packed packages.</summary>
[CollectionDefinition(Name)]
public sealed class Packages : ICollectionFixture<PackageFeed>
{
    /// <summary>The name of the collection.</summary>
    public const string Name = "packages";
}
