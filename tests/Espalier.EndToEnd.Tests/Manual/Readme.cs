using Espalier.Tests;

namespace Espalier.EndToEnd.Tests.Manual;

/// <summary>The README of the repository, as far as its word can be checked.</summary>
internal static class Readme
{
    public const string Name = "README.md";

    private const string CodeFence = "```csharp", FenceEnd = "```";
    private const string FiguresStart = "<!-- figures: ", FiguresMarkEnd = " -->", FiguresEnd = "<!-- end -->";

    /// <summary>The lines of a text file of the repository.</summary>
    /// <param name="path">From the folder of the solution on.</param>
    public static string[] ReadLines(string path)
    {
        Assert.NotNull(RepositoryFolder.Path);
        string file = Path.Combine(RepositoryFolder.Path, path);
        Assert.True(File.Exists(file), $"The repository has no {path}.");
        return File.ReadAllLines(file);
    }

    /// <summary>The first block of C# in <paramref name="readme"/>.</summary>
    public static string FirstProgram(string[] readme)
    {
        int start = Array.IndexOf(readme, CodeFence);
        Assert.True(start >= 0, $"No line is {CodeFence}.");
        int end = Array.IndexOf(readme, FenceEnd, start);
        Assert.True(end > start, $"The block of line {start + 1} has no end.");
        return string.Join('\n', readme[(start + 1)..end]);
    }

    /// <summary>The blocks between <c>figures: PATH</c> and <c>end</c> comments: the file each names, and its tables.</summary>
    public static List<FigureBlock> Figures(string[] readme)
    {
        var blocks = new List<FigureBlock>();
        for (int start = 0; start < readme.Length; start++)
        {
            string line = readme[start];
            if (!line.StartsWith(FiguresStart, StringComparison.Ordinal)) continue;
            Assert.EndsWith(FiguresMarkEnd, line, StringComparison.Ordinal);
            int end = Array.IndexOf(readme, FiguresEnd, start);
            Assert.True(end > start, $"The figures of line {start + 1} have no end.");
            blocks.Add(new FigureBlock(start + 1, line[FiguresStart.Length..^FiguresMarkEnd.Length], Tables(readme[start..end])));
        }

        return blocks;
    }

    /// <summary>The markdown tables in <paramref name="lines"/>, each as its lines.</summary>
    public static List<string> Tables(string[] lines)
    {
        var tables = new List<string>();
        for (int start = 0; start < lines.Length; start++)
        {
            int end = start;
            while (end < lines.Length && lines[end].StartsWith('|')) end++;
            if (end == start) continue;
            tables.Add(string.Join('\n', lines[start..end]));
            start = end;
        }

        return tables;
    }
}
