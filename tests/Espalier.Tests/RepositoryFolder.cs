namespace Espalier.Tests;

/// <summary>The folder of the repository that the tests were built in.</summary>
internal static class RepositoryFolder
{
    /// <summary>The folder that holds the solution, at or above that of the tests; null when they run elsewhere.</summary>
    public static string? Path { get; } = Find();

    private static string? Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(at.FullName, "Compiler.sln"))) return at.FullName;
        }

        return null;
    }
}
