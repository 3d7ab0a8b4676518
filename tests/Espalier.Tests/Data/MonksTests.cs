using Espalier.Data;

namespace Espalier.Tests.Data;

public sealed class MonksTests
{
    [Theory]
    [InlineData("monks-1", 216)]
    [InlineData("monks-2", 142)]
    [InlineData("monks-3", 228)]
    public void Test_part_is_all_432_cases_by_rule(string name, int inClass)
    {
        Dataset test = WithoutFolder().Load(name).Test;
        Assert.Equal(432, test.Count);
        Assert.Equal(inClass, test.Labels!.Count(label => label == 1));
        Assert.Equal(432, Enumerable.Range(0, 432).Select(i => string.Join(',', test.Input(i).ToArray())).Distinct().Count());
        Assert.All(Enumerable.Range(0, 432), i => Assert.Equal(6, test.Input(i).ToArray().Sum()));
    }

    [Theory]
    [InlineData("monks-1", 124, 0)]
    [InlineData("monks-2", 169, 0)]
    [InlineData("monks-3", 122, 6)]
    public void Drawn_training_part_has_the_published_size_and_noise_and_no_case_twice(string name, int count, int noisy)
    {
        DataSplit set = WithoutFolder().Load(name);
        Dictionary<string, int> truth = Enumerable.Range(0, set.Test.Count).ToDictionary(i => Key(set.Test, i), i => set.Test.Labels![i]);
        string[] cases = [.. Enumerable.Range(0, set.Train.Count).Select(i => Key(set.Train, i))];
        Assert.Equal(count, cases.Distinct().Count());
        Assert.Equal(count, cases.Length);
        Assert.Equal(noisy, Enumerable.Range(0, count).Count(i => truth[cases[i]] != set.Train.Labels![i]));
    }

    [Fact]
    public void Drawn_training_part_depends_on_the_seed_alone()
    {
        float[] Inputs(ulong seed) => WithoutFolder().Load("monks-1", new DataOptions { Seed = seed }).Train.Inputs;
        Assert.Equal(Inputs(3), Inputs(3));
        Assert.NotEqual(Inputs(3), Inputs(4));
    }

    [Fact]
    public void Code_of_a_robot_has_one_input_for_each_value()
    {
        var inputs = new float[MonksProblem.InputLength];
        MonksProblem.Encode([3, 1, 2, 2, 4, 1], inputs);
        Assert.Equal([0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0], inputs);
    }

    [DataFact("monks/monks-1.test", "monks/monks-2.test", "monks/monks-3.test")]
    public void Rules_agree_with_the_published_test_files_case_by_case()
    {
        foreach (MonksProblem problem in MonksProblem.All)
        {
            string[] lines = File.ReadAllLines(Path.Combine(TestData.Folder!, $"monks/monks-{problem.Number}.test"));
            Assert.Equal(MonksProblem.CaseCount, lines.Length);
            for (int i = 0; i < lines.Length; i++)
            {
                int[] attributes = MonksProblem.Attributes(i);
                Assert.Equal($" {(problem.IsInClass(attributes) ? 1 : 0)} {string.Join(' ', attributes)} data_{i + 1}", lines[i]);
            }
        }
    }

    [DataFact("monks/monks-1.train", "monks/monks-2.train", "monks/monks-3.train")]
    public void Published_training_files_have_the_known_counts_and_noise()
    {
        foreach (MonksProblem problem in MonksProblem.All)
        {
            Dataset train = new DataCatalog(TestData.Folder).Load($"monks-{problem.Number}").Train;
            string[] lines = File.ReadAllLines(Path.Combine(TestData.Folder!, $"monks/monks-{problem.Number}.train"));
            Assert.Equal(problem.TrainCount, train.Count);
            var expected = new float[MonksProblem.InputLength];
            int noisy = 0;
            for (int i = 0; i < lines.Length; i++)
            {
                int[] fields = [.. lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..7].Select(int.Parse)];
                MonksProblem.Encode(fields.AsSpan(1), expected);
                Assert.Equal(expected, train.Input(i).ToArray());
                Assert.Equal(fields[0], train.Labels![i]);
                noisy += problem.IsInClass(fields.AsSpan(1)) != (fields[0] == 1) ? 1 : 0;
            }

            Assert.Equal(problem.NoiseCount, noisy);
        }
    }

    [Theory]
    [InlineData(" 1 1 1 1 1 1 1 data_1\n 2 1 1 1 1 1 1 data_1\n", "(2,2): \"2\" is no whole number from 0 to 1.")]
    [InlineData(" 1 1 1 1 1 5 1 data_1\n", "(1,12): \"5\" is no whole number from 1 to 4.")]
    [InlineData(" 1 1 1 1 1 1 1 data_1\n\n 1 1 1 1 1 1\n", "(3,2): 6 fields instead of a class, 6 attributes and a name.")]
    [InlineData("\n", "(1,1): the file is empty.")]
    public void Bad_training_file_is_reported_with_line_and_column(string content, string message)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("monks/monks-1.train", content);
        var error = Assert.Throws<EspalierException>(() => new DataCatalog(folder.Path).Load("monks-1"));
        Assert.Equal(path + message, error.Message);
    }

    // A folder without a monks/ inside, whatever the environment names.
    private static DataCatalog WithoutFolder() => new(AppContext.BaseDirectory);

    private static string Key(Dataset set, int index) => string.Join(',', set.Input(index).ToArray());
}
