using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Emit;

/// <summary>
/// Compares generated files with accepted ones in <c>Snapshots/case/hint.verified.cs</c>. A difference writes <c>hint.received.cs</c>
/// beside it; with ESPALIER_ACCEPT_SNAPSHOTS=1 what was generated is accepted instead.
/// </summary>
internal static class Snapshot
{
    private static readonly string s_folder = FindFolder();

    /// <summary>Fails unless the files are exactly the accepted ones.</summary>
    public static void Match(string name, EquatableArray<EmittedFile> files)
    {
        string folder = Path.Combine(s_folder, name);
        bool accept = Environment.GetEnvironmentVariable("ESPALIER_ACCEPT_SNAPSHOTS") == "1";
        if (accept && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        foreach (EmittedFile file in files)
        {
            string text = Scrub(file.Text),
                verified = Path.Combine(folder, file.HintName.Replace(".cs", ".verified.cs", StringComparison.Ordinal));
            string received = verified.Replace(".verified.", ".received.", StringComparison.Ordinal);
            if (accept) File.WriteAllText(verified, text);
            if (!File.Exists(verified) || File.ReadAllText(verified) != text)
            {
                File.WriteAllText(received, text);
                Assert.Fail($"{received} differs from the accepted file; compare, then set ESPALIER_ACCEPT_SNAPSHOTS=1 to accept.");
            }

            File.Delete(received);
        }

        Assert.Equal(files.Length, Directory.GetFiles(folder, "*.verified.cs").Length);
    }

    /// <summary>The version is the one thing that may differ.</summary>
    private static string Scrub(string text) => text
        .Replace($"Espalier {FileHead.ToolVersion}.", "Espalier VERSION.", StringComparison.Ordinal)
        .Replace($"\"{FileHead.ToolVersion}\"", "\"VERSION\"", StringComparison.Ordinal);

    private static string FindFolder()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Compiler.sln"))) folder = Path.GetDirectoryName(folder);
        return Path.Combine(
            folder ?? throw new InvalidOperationException("The tests do not run inside of the repository."),
            "tests", "Espalier.Compilation.Tests", "Snapshots");
    }
}
