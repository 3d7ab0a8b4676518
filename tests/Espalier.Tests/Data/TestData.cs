namespace Espalier.Tests.Data;

/// <summary>Where the data sets are: <c>ESPALIER_DATA</c>, else <c>../shared/data</c> beside the repository.</summary>
internal static class TestData
{
    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("ESPALIER_DATA") is { Length: > 0 } named) return Directory.Exists(named) ? named : null;
        if (RepositoryFolder.Path is not string repository) return null;
        string beside = Path.GetFullPath(Path.Combine(repository, "..", "shared", "data"));
        return Directory.Exists(beside) ? beside : null;
    }
}
