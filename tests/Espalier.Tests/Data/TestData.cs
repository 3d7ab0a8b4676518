namespace Espalier.Tests.Data;

/// <summary>Where the data sets are: <c>ESPALIER_DATA</c>, else <c>../shared/data</c> beside the repository.</summary>
internal static class TestData
{
    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("ESPALIER_DATA") is { Length: > 0 } named) return Directory.Exists(named) ? named : null;
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "Compiler.sln"))) continue;
            string beside = Path.GetFullPath(Path.Combine(at.FullName, "..", "shared", "data"));
            return Directory.Exists(beside) ? beside : null;
        }

        return null;
    }
}
