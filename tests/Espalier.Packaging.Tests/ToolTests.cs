using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;
using Espalier.Packaging.Tests.Harness;
using Espalier.Packaging.Tests.Skipping;
using Espalier.Tests;

namespace Espalier.Packaging.Tests;

/// <summary>The command, installed from its package.</summary>
[Collection(Packages.Name)]
public sealed class ToolTests(PackageFeed feed)
{
    [Fact]
    public void The_command_installs_and_runs()
    {
        string folder = feed.NewFolder("tool");
        Install(folder);

        Assert.Contains("espalier compile", Run(folder, "compile", "--help"), StringComparison.Ordinal);
        File.WriteAllText(
            Path.Combine(folder, "net.espalier"),
            ModelWriter.ToText(RandomNetwork.Create(1, 0.5, Activation.Relu, Activation.Softmax, 8, 4, 3)));
        Run(folder, "compile", "net.espalier", "--plain", "--class", "Net", "--out", "generated");
        Assert.Equal(
            ["Net.Kernels.g.cs", "Net.g.cs"],
            Directory.GetFiles(Path.Combine(folder, "generated")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.Contains("digits", Run(folder, "data", "list"), StringComparison.Ordinal);
    }

    /// <summary>The three steps, each line as it stands: the commands run, then the item is built with the program below it.</summary>
    [SkippableFact]
    public void The_quick_start_of_the_readme_works_as_it_stands()
    {
        Consumer consumer = new(feed, "quick-start");
        Install(consumer.Folder);
        string readme = File.ReadAllText(Path.Combine(RepositoryFolder.Path!, "README.md")),
            quick = readme[readme.IndexOf("## Quick start", StringComparison.Ordinal)..];
        string[][] commands = [.. Block(quick, "bash").Split('\n').Where(line => line.StartsWith("espalier ", StringComparison.Ordinal))
            .Select(line => line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..])];
        Assert.Equal(["train", "prune"], commands.Select(command => command[0]));
        foreach (string[] command in commands) Run(consumer.Folder, command);

        string items = Block(quick, "xml").Replace("<ItemGroup>", "", StringComparison.Ordinal)
            .Replace("</ItemGroup>", "", StringComparison.Ordinal);
        Assert.Contains($"Version=\"{feed.Version}\"", items, StringComparison.Ordinal);
        consumer.WithProject("net10.0", items, "<RootNamespace>MyApp</RootNamespace><ImplicitUsings>enable</ImplicitUsings>")
            .With("Program.cs", Block(quick, "csharp"));
        Consumer.AssertSilent(consumer.Build());
        (_, string printed) = Tool.Run(consumer.Folder, Tool.DotNet, [consumer.Built("Consumer.dll")]);
        Assert.Matches(@"^digit \d, and the model's own samples come out right\s*$", printed);
    }

    private static string Block(string text, string language)
    {
        string fence = $"```{language}\n";
        int start = text.IndexOf(fence, StringComparison.Ordinal) + fence.Length;
        return text[start..text.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private void Install(string folder)
    {
        (int exitCode, string output) = Tool.Run(
            folder, Tool.DotNet,
            ["tool", "install", "Espalier.Tool", "--tool-path", "tools", "--version", feed.Version, "--verbosity", "quiet"]);
        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain("warn", output, StringComparison.OrdinalIgnoreCase);
    }

    private static string Run(string folder, params string[] arguments)
    {
        (int exitCode, string output) = Tool.Run(folder, Path.Combine(folder, "tools", "espalier"), arguments);
        Assert.True(exitCode == 0, output);
        return output;
    }
}
