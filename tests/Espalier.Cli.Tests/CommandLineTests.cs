using System.CommandLine;

namespace Espalier.Cli.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly CommandRun _run = new();

    public static TheoryData<string> VerbPaths
    {
        get
        {
            var paths = new TheoryData<string>();
            foreach (Command verb in VerbList.All(new Terminal(TextWriter.Null, TextWriter.Null, false, false)))
            {
                if (verb.Subcommands.Count == 0) paths.Add(verb.Name);
                foreach (Command sub in verb.Subcommands) paths.Add($"{verb.Name} {sub.Name}");
            }

            return paths;
        }
    }

    public void Dispose() => _run.Dispose();

    [Theory]
    [MemberData(nameof(VerbPaths))]
    public async Task Every_verb_has_help_with_an_example_of_itself(string path)
    {
        (int code, string output, string error) = await _run.RunAsync([.. path.Split(' '), "--help"]);

        Assert.Equal((ExitCode.Success, ""), (code, error));
        Assert.Contains($"\n  espalier {path}", output[output.IndexOf("Example", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains("--json", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wither")]
    [InlineData("train")]
    [InlineData("train --data digits --epochs many")]
    [InlineData("train --data digits --epochs 0")]
    [InlineData("train --data digits --layers 300,x")]
    [InlineData("train --data digits --activation relux")]
    [InlineData("train --data digits --activation relu:3")]
    [InlineData("train --data digits --name 9")]
    [InlineData("train --data digits --validation 1")]
    [InlineData("train --data digits --resume")]
    [InlineData("train --data nosuchset")]
    [InlineData("train --data csv:/no/such/file.csv")]
    [InlineData("eval /no/such/model.espalier --data digits")]
    [InlineData("inspect /no/such/model.espalier")]
    [InlineData("compile /no/such/model.espalier")]
    [InlineData("verify /no/such/model.espalier")]
    public async Task Bad_input_is_one_line_on_standard_error_and_exit_code_2(string line)
    {
        (int code, string output, string error) = await _run.RunAsync(line.Split(' '));

        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.StartsWith("espalier: ", error, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_verb_at_all_shows_the_verbs()
    {
        (int code, string output, _) = await _run.RunAsync();
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("train", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_model_is_named_with_its_line()
    {
        await File.WriteAllTextAsync(_run.PathOf("bad.espalier"), "espalier 1\nsha256 nonsense\n");

        (int code, _, string error) = await _run.RunAsync("inspect", "@bad.espalier");

        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("bad.espalier(2,8):", error, StringComparison.Ordinal);
    }
}
