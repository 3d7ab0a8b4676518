using System.Globalization;
using System.Text.RegularExpressions;
using Espalier.EndToEnd.Tests.Manual;

namespace Espalier.EndToEnd.Tests;

/// <summary>The README promises nothing that does not hold.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void The_first_program_of_the_readme_runs_as_it_stands()
    {
        (int exitCode, string output) = ProgramRun.Of(Readme.FirstProgram(Readme.ReadLines(Readme.Name)));

        Assert.Equal(0, exitCode);
        Match result = Result().Match(output);
        Assert.True(result.Success, output);
        Assert.InRange(double.Parse(result.Groups["right"].Value, CultureInfo.InvariantCulture), 90, 100);
    }

    /// <summary>It says nothing; that the file can be read again is what counts.</summary>
    [Fact]
    public void The_program_of_the_library_s_page_runs_as_it_stands()
    {
        const string Check = "Console.WriteLine(ModelFile.Load(\"digits.espalier\").WeightCount);";

        (int exitCode, string output) = ProgramRun.Of(Readme.FirstProgram(Readme.ReadLines("src/Espalier/README.md")) + "\n" + Check);

        Assert.Equal(0, exitCode);
        Assert.InRange(int.Parse(output, CultureInfo.InvariantCulture), 2_000, 3_000);
    }

    [Fact]
    public void Figures_in_the_readme_are_those_of_the_files_it_names()
    {
        List<FigureBlock> blocks = Readme.Figures(Readme.ReadLines(Readme.Name));

        Assert.NotEmpty(blocks);
        foreach (FigureBlock block in blocks)
        {
            Assert.True(block.Tables.Count > 0, $"{Readme.Name}({block.Line}): no table stands here.");
            List<string> measured = Readme.Tables(Readme.ReadLines(block.Path));
            Assert.All(block.Tables, table => Assert.True(
                measured.Contains(table), $"{Readme.Name}({block.Line}): {block.Path} has no such table:\n{table}"));
        }
    }

    [GeneratedRegex(@"(?<right>\d+\.\d) % right, self-check passed")]
    private static partial Regex Result();
}
