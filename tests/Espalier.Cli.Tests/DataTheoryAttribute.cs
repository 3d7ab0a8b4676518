namespace Espalier.Cli.Tests;

/// <summary>A theory that needs the data folder; skipped, with the reason, where there is none.</summary>
public sealed class DataTheoryAttribute : TheoryAttribute
{
    public DataTheoryAttribute()
    {
        if (Folder is null) Skip = "No data folder: set ESPALIER_DATA.";
    }

    /// <summary>The folder: <c>ESPALIER_DATA</c>, else <c>../shared/data</c> beside the repository.</summary>
    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("ESPALIER_DATA") is { Length: > 0 } named) return Directory.Exists(named) ? named : null;
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (!File.Exists(Path.Combine(folder, "Compiler.sln"))) continue;
            string beside = Path.GetFullPath(Path.Combine(folder, "..", "shared", "data"));
            return Directory.Exists(beside) ? beside : null;
        }

        return null;
    }
}
