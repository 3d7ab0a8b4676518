using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;
using Espalier.Packaging.Tests.Harness;

namespace Espalier.Packaging.Tests;

/// <summary>The command, installed from its package.</summary>
[Collection(Packages.Name)]
public sealed class ToolTests(PackageFeed feed)
{
    [Fact]
    public void The_command_installs_and_runs()
    {
        string folder = feed.NewFolder("tool");
        (int exitCode, string output) = Tool.Run(
            folder, Tool.DotNet, ["tool", "install", "Espalier.Tool", "--tool-path", "tools", "--version", feed.Version, "--verbosity", "quiet"]);
        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain("warn", output, StringComparison.OrdinalIgnoreCase);

        Assert.Contains("espalier compile", Run(folder, "compile", "--help"), StringComparison.Ordinal);
        File.WriteAllText(
            Path.Combine(folder, "net.espalier"), ModelWriter.ToText(RandomNetwork.Create(1, 0.5, Activation.Relu, Activation.Softmax, 8, 4, 3)));
        Run(folder, "compile", "net.espalier", "--plain", "--class", "Net", "--out", "generated");
        Assert.Equal(
            ["Net.Kernels.g.cs", "Net.g.cs"],
            Directory.GetFiles(Path.Combine(folder, "generated")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.Contains("digits", Run(folder, "data", "list"), StringComparison.Ordinal);
    }

    private static string Run(string folder, params string[] arguments)
    {
        (int exitCode, string output) = Tool.Run(folder, Path.Combine(folder, "tools", "espalier"), arguments);
        Assert.True(exitCode == 0, output);
        return output;
    }
}
