using System.Globalization;
using Espalier.Compilation.Model;

namespace Espalier.Data;

/// <summary>
/// A MONK's problem as a set: all 432 cases by rule for testing; for training the published samples when the folder has them, else as many
/// drawn by the seed, with as many wrong labels.
/// </summary>
internal sealed class MonksSource(MonksProblem problem) : IDataSource
{
    private static readonly string[] s_classNames = ["not in class", "in class"];
    private static readonly string[] s_featureNames =
    [
        "a1=1", "a1=2", "a1=3", "a2=1", "a2=2", "a2=3", "a3=1", "a3=2", "a4=1", "a4=2", "a4=3",
        "a5=1", "a5=2", "a5=3", "a5=4", "a6=1", "a6=2",
    ];

    public string Name => $"monks-{problem.Number}";

    private string TrainFile => $"monks/{Name}.train";

    public DataCatalogEntry Describe(DataFolder folder) => new(
        Name,
        "the MONK's problem " + problem.Number + " (Thrun et al. 1991), one-hot",
        folder.Find(TrainFile) is null ? "built in, by rule" : "built in, by rule; the published training samples from " + TrainFile,
        Shape.Flat(MonksProblem.InputLength), problem.TrainCount, MonksProblem.CaseCount, s_classNames, null);

    public DataSplit Load(DataFolder folder, DataOptions options)
    {
        var cases = new List<(int[] Attributes, int Label)>(MonksProblem.CaseCount);
        for (int i = 0; i < MonksProblem.CaseCount; i++)
        {
            int[] attributes = MonksProblem.Attributes(i);
            cases.Add((attributes, problem.IsInClass(attributes) ? 1 : 0));
        }

        List<(int[] Attributes, int Label)> train = folder.Find(TrainFile) is { } path
            ? ReadPublished(path)
            : DrawByRule(cases, options.Seed);
        return new DataSplit(ToDataset($"{Name} train", train), ToDataset($"{Name} test", cases));
    }

    private static Dataset ToDataset(string name, List<(int[] Attributes, int Label)> samples)
    {
        var inputs = new float[samples.Count * MonksProblem.InputLength];
        var labels = new int[samples.Count];
        for (int i = 0; i < labels.Length; i++)
        {
            MonksProblem.Encode(samples[i].Attributes, inputs.AsSpan(i * MonksProblem.InputLength));
            labels[i] = samples[i].Label;
        }

        return Dataset.Classification(name, Shape.Flat(MonksProblem.InputLength), inputs, labels, s_classNames, s_featureNames);
    }

    private List<(int[] Attributes, int Label)> DrawByRule(List<(int[] Attributes, int Label)> cases, ulong seed)
    {
        var random = new SeededRandom(seed);
        (int[] Attributes, int Label)[] drawn = [.. cases];
        random.Shuffle<(int[] Attributes, int Label)>(drawn);
        for (int i = 0; i < problem.NoiseCount; i++) drawn[i].Label = 1 - drawn[i].Label;
        Span<(int[] Attributes, int Label)> train = drawn.AsSpan(0, problem.TrainCount);
        random.Shuffle(train);
        return [.. train];
    }

    /// <summary>Reads rows of class, six attributes and a name, parted by spaces.</summary>
    private static List<(int[] Attributes, int Label)> ReadPublished(string path)
    {
        var rows = new CsvTokenizer(path, CsvTokenizer.ReadText(path), ' ');
        var samples = new List<(int[] Attributes, int Label)>();
        while (rows.ReadRow())
        {
            int attributeCount = MonksProblem.ValueCounts.Length;
            if (rows.Count != attributeCount + 2)
            {
                throw rows.Error(0, $"{rows.Count} fields instead of a class, {attributeCount} attributes and a name.");
            }

            int label = ReadInteger(rows, 0, 0, 1);
            var attributes = new int[attributeCount];
            for (int i = 0; i < attributeCount; i++) attributes[i] = ReadInteger(rows, i + 1, 1, MonksProblem.ValueCounts[i]);
            samples.Add((attributes, label));
        }

        return samples.Count > 0 ? samples : throw rows.Error(1, 1, "the file is empty.");
    }

    private static int ReadInteger(CsvTokenizer rows, int field, int least, int most)
    {
        bool isNumber = int.TryParse(rows[field], NumberStyles.None, CultureInfo.InvariantCulture, out int value);
        return isNumber && value >= least && value <= most
            ? value
            : throw rows.Error(field, $"\"{rows[field]}\" is no whole number from {least} to {most}.");
    }
}
