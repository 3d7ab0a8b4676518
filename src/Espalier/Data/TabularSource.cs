using Espalier.Compilation.Model;

namespace Espalier.Data;

/// <summary>A set in one CSV file of the data folder: divided class by class, standardised by its training part.</summary>
internal sealed class TabularSource : IDataSource
{
    /// <summary>The name to load it by.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The file, within the data folder.</summary>
    public required string File { get; init; }

    /// <summary>The classes in the order of their codes: the code in the file, the name, the number of samples.</summary>
    public required IReadOnlyList<(string Code, string Name, int Count)> Classes { get; init; }

    /// <summary>The names of the features, in the order of the file.</summary>
    public required IReadOnlyList<string> FeatureNames { get; init; }

    /// <summary>Where the file departs from plain numbers with the label last.</summary>
    public CsvOptions Csv { get; init; } = new();

    /// <summary>What is done about missing values unless the user says otherwise.</summary>
    public MissingValues Missing { get; init; } = MissingValues.Error;

    public DataCatalogEntry Describe(DataFolder folder)
    {
        int[] counts = [.. Classes.Select(c => c.Count)];
        int testCount = DatasetSplitter.Apportion(counts, new DataOptions().TestFraction).Sum();
        return new DataCatalogEntry(
            Name, Title, File, Shape.Flat(FeatureNames.Count), counts.Sum() - testCount, testCount, ClassNames(),
            folder.WhyMissing(Name, [File]));
    }

    public DataSplit Load(DataFolder folder, DataOptions options)
    {
        string path = folder.Require(Name, File);
        MissingValues missing = options.Missing ?? Missing;
        CsvOptions csv = Csv with { Separator = ',', HasHeader = false, AllowMissing = missing != MissingValues.Error };
        Dataset whole = CsvDataset.Load(Name, path, csv);
        if (whole.InputShape.Length != FeatureNames.Count || !whole.ClassNames.SequenceEqual(Classes.Select(c => c.Code)))
        {
            throw new EspalierException($"{path}: {whole.InputShape.Length} features and the classes " +
                $"{string.Join(", ", whole.ClassNames)} instead of {FeatureNames.Count} and " +
                $"{string.Join(", ", Classes.Select(c => c.Code))}; put the file of this set there.");
        }

        Dataset named = Dataset.Classification(Name, whole.InputShape, whole.Inputs, whole.Labels!, ClassNames(), FeatureNames);
        return Prepare(named, missing, options);
    }

    /// <summary>Divides a set, then fills in and scales both parts by what the training part alone says.</summary>
    public static DataSplit Prepare(Dataset whole, MissingValues missing, DataOptions options)
    {
        DataSplit raw = DatasetSplitter.Split(whole, options.TestFraction, options.Seed);
        if (missing == MissingValues.Error && !options.Standardize) return raw;
        FeatureScaling scaling = FeatureScaling.Fit(raw.Train, missing, options.Standardize);
        return new DataSplit(scaling.Apply(raw.Train), scaling.Apply(raw.Test));
    }

    private string[] ClassNames() => [.. Classes.Select(c => c.Name)];
}
