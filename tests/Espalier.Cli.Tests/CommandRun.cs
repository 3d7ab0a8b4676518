using System.Text.Json;

namespace Espalier.Cli.Tests;

/// <summary>A command line run in this process, in a folder of its own that goes when the test ends.</summary>
public sealed class CommandRun : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("espalier-cli").FullName;

    /// <summary>What the command lines read from standard input.</summary>
    public string Input { get; set; } = "";

    public string PathOf(string file) => Path.Combine(_folder, file);

    /// <summary>Runs a command line; a word that starts with "@" is a file of this test's folder.</summary>
    public async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        string[] resolved = Array.ConvertAll(args, arg => arg.StartsWith('@') ? PathOf(arg[1..]) : arg);
        using var input = new StringReader(Input);
        int code = await CommandLineProgram.RunAsync(
            resolved, new Terminal(output, error, isOutputWatched: false, isErrorWatched: false, input));
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command line with <c>--json</c> that must succeed, and gives its object.</summary>
    public async Task<JsonElement> JsonAsync(params string[] args)
    {
        (int code, string output, string error) = await RunAsync([.. args, "--json"]);
        Assert.True(code == ExitCode.Success, error);
        return JsonDocument.Parse(output).RootElement;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
