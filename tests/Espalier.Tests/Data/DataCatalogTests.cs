using Espalier.Data;

namespace Espalier.Tests.Data;

public sealed class DataCatalogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Built_in_sets_are_available_without_files_and_the_others_say_what_is_missing()
    {
        var catalog = new DataCatalog(_folder.Path);
        Assert.Equal(["monks-1", "monks-2", "monks-3", "digits"],
            catalog.Entries.Where(entry => entry.IsAvailable).Select(entry => entry.Name));
        DataCatalogEntry iris = catalog.Entries.Single(entry => entry.Name == "iris");
        Assert.Equal($"iris: the data folder {_folder.Path} has no uci/iris.data (plain or .gz); put it there or name another folder with "
            + "--data-dir or ESPALIER_DATA.", iris.Missing);
        Assert.Equal(iris.Missing, Assert.Throws<EspalierException>(() => catalog.Load("iris")).Message);
    }

    [Fact]
    public void Folder_that_is_not_there_is_reported()
    {
        string nowhere = Path.Combine(_folder.Path, "nowhere");
        string message = Assert.Throws<EspalierException>(() => new DataCatalog(nowhere).Load("mnist")).Message;
        Assert.Equal($"mnist: there is no data folder {nowhere}; name one with --data-dir or the environment variable ESPALIER_DATA.",
            message);
    }

    [Fact]
    public void Without_a_folder_the_message_says_what_to_set()
    {
        string message = Assert.Throws<EspalierException>(() => new DataCatalog("").Load("wine")).Message;
        Assert.Equal("wine: needs uci/wine.data of a data folder; name that folder with --data-dir or the environment variable "
            + "ESPALIER_DATA.", message);
    }

    [Theory]
    [InlineData("mnits", "mnist")]
    [InlineData("Iris", "iris")]
    [InlineData("monk2", "monks-2")]
    [InlineData("fashon", "fashion-mnist")]
    public void Unknown_name_suggests_the_nearest_and_lists_all(string name, string nearest)
    {
        string message = Assert.Throws<EspalierException>(() => new DataCatalog(_folder.Path).Load(name)).Message;
        Assert.Contains($"did you mean {nearest}?", message, StringComparison.Ordinal);
        Assert.Contains("ionosphere, waveform, wine, wdbc, sonar, digits, idx:IMAGES,LABELS and csv:FILE.", message,
            StringComparison.Ordinal);
    }

    [DataFact("uci/iris.data", "mnist/train-images-idx3-ubyte.gz", "fashion-mnist/train-images-idx3-ubyte.gz")]
    public void Every_entry_tells_the_truth_about_its_set()
    {
        var catalog = new DataCatalog(TestData.Folder);
        foreach (DataCatalogEntry entry in catalog.Entries)
        {
            Assert.Null(entry.Missing);
            DataSplit set = catalog.Load(entry.Name);
            Assert.Equal((entry.Name, entry.TrainCount, entry.TestCount), (entry.Name, set.Train.Count, set.Test.Count));
            Assert.Equal((entry.InputShape, entry.InputShape), (set.Train.InputShape, set.Test.InputShape));
            Assert.Equal(entry.ClassNames, set.Train.ClassNames);
            Assert.Equal(entry.ClassNames, set.Test.ClassNames);
            Assert.All(set.Train.Inputs.Chunk(1 << 20), chunk => Assert.True(Array.TrueForAll(chunk, float.IsFinite)));
            Assert.All(set.Test.Inputs.Chunk(1 << 20), chunk => Assert.True(Array.TrueForAll(chunk, float.IsFinite)));
        }
    }

    [DataFact("uci/iris.data")]
    public void Uci_sets_have_their_known_class_counts()
    {
        (string Name, int[] Counts)[] known =
        [
            ("iris", [50, 50, 50]), ("breast-cancer", [458, 241]), ("diabetes", [500, 268]), ("ionosphere", [126, 225]),
            ("waveform", [1657, 1647, 1696]), ("wine", [59, 71, 48]), ("wdbc", [357, 212]), ("sonar", [111, 97]),
        ];
        foreach ((string name, int[] counts) in known)
        {
            DataSplit set = new DataCatalog(TestData.Folder).Load(name, new DataOptions { Seed = 9, TestFraction = 0.37 });
            Assert.Equal(counts,
                set.Train.Labels!.Concat(set.Test.Labels!).GroupBy(label => label).OrderBy(group => group.Key)
                    .Select(group => group.Count()));
        }
    }

    [DataFact("uci/ionosphere.data", "uci/breast-cancer-wisconsin.data", "uci/pima-indians-diabetes.data")]
    public void Constant_columns_stay_and_missing_values_follow_the_option()
    {
        var catalog = new DataCatalog(TestData.Folder);
        Dataset ionosphere = catalog.Load("ionosphere").Train;
        Assert.All(Enumerable.Range(0, ionosphere.Count), i => Assert.Equal(0, ionosphere.Input(i)[1]));
        Assert.EndsWith("breast-cancer-wisconsin.data(24,19): the value \"?\" is missing; ask for the mean or the median in its place.",
            Assert.Throws<EspalierException>(() => catalog.Load("breast-cancer",
                new DataOptions { Missing = MissingValues.Error })).Message, StringComparison.Ordinal);
        Assert.EndsWith("pima-indians-diabetes.data(1,13): the value \"0\" is missing; ask for the mean or the median in its place.",
            Assert.Throws<EspalierException>(() => catalog.Load("diabetes", new DataOptions { Missing = MissingValues.Error })).Message,
                StringComparison.Ordinal);
        Dataset raw = catalog.Load("diabetes", new DataOptions { Standardize = false }).Train;
        Assert.All(Enumerable.Range(0, raw.Count), i => Assert.True(raw.Input(i)[1] > 0));
    }

    [Fact]
    public void Csv_file_is_divided_and_scaled_by_its_training_part_alone()
    {
        string path = _folder.Write("flowers.csv", "size,kind\n" + string.Concat(Enumerable.Range(0,
            20).Select(i => $"{i},{(i < 10 ? "a" : "b")}\n")));
        DataSplit set = new DataCatalog().Load($"csv:{path}", new DataOptions { TestFraction = 0.3, Seed = 2 });
        Assert.Equal(("flowers train", 14, 6), (set.Train.Name, set.Train.Count, set.Test.Count));
        Assert.Equal(0, set.Train.Inputs.Average(), 5);
        Assert.NotEqual(0, set.Test.Inputs.Average(), 3);
        Assert.Same(set.Train.Scaling, set.Test.Scaling);
        float[] restored = [.. set.Train.Inputs.Concat(set.Test.Inputs)
            .Select(value => value * set.Train.Scaling!.Scales[0] + set.Train.Scaling.Offsets[0]).Order()];
        Assert.All(restored.Select((value, i) => (value, i)), pair => Assert.Equal(pair.i, pair.value, 4));
    }

    [Fact]
    public void Idx_files_of_the_user_are_loaded_as_a_pair_or_as_four()
    {
        string images = _folder.Write("images", IdxBytes.Write(8, [4, 1, 1], [0, 255, 0, 255]));
        string labels = _folder.Write("labels", IdxBytes.Write(8, [4], [0, 1, 0, 1]));
        string more = _folder.Write("more", IdxBytes.Write(8, [4], [0, 1, 2, 1]));
        DataSplit pair = new DataCatalog().Load($"idx:{images},{labels}", new DataOptions { TestFraction = 0.5 });
        Assert.Equal((2, 2), (pair.Train.Count, pair.Test.Count));
        DataSplit four = new DataCatalog().Load($"idx:{images},{labels},{images},{more}");
        Assert.Equal((4, 4, 3, 3), (four.Train.Count, four.Test.Count, four.Train.ClassNames.Count, four.Test.ClassNames.Count));
        string other = _folder.Write("other", IdxBytes.Write(8, [4, 2], new byte[8]));
        Assert.Contains("name files that belong together",
            Assert.Throws<EspalierException>(() => new DataCatalog().Load($"idx:{images},{labels},{other},{more}")).Message,
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("idx:a", "idx:a: write idx:IMAGES,LABELS or idx:TRAIN_IMAGES,TRAIN_LABELS,TEST_IMAGES,TEST_LABELS.")]
    [InlineData("idx:a,b,c", "idx:a,b,c: write idx:IMAGES,LABELS or idx:TRAIN_IMAGES,TRAIN_LABELS,TEST_IMAGES,TEST_LABELS.")]
    [InlineData("csv:", "csv:: name a file, as in csv:flowers.csv.")]
    [InlineData("csv:/nowhere/x.csv", "/nowhere/x.csv: there is no such file.")]
    public void Malformed_names_are_reported(string name, string message) =>
        Assert.Equal(message, Assert.Throws<EspalierException>(() => new DataCatalog().Load(name)).Message);

    [Fact]
    public void Options_out_of_range_are_reported()
    {
        Assert.Throws<EspalierException>(() => new DataCatalog().Load("digits", new DataOptions { TestFraction = 1 }));
        Assert.Throws<EspalierException>(() => new DataCatalog().Load("digits", new DataOptions { TestFraction = double.NaN }));
        Assert.Equal("digits: 0 training samples cannot be drawn; ask for 1 to 1000000.",
            Assert.Throws<EspalierException>(() => new DataCatalog().Load("digits", new DataOptions { DigitsTrainCount = 0 })).Message);
    }
}
