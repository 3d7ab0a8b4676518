using System.Globalization;

namespace Espalier.Data;

/// <summary>
/// The sets that are known by name, and the two forms <c>idx:IMAGES,LABELS</c> and <c>csv:FILE</c> for files of the user's.
/// </summary>
public sealed class DataCatalog
{
    private const string IdxPrefix = "idx:";
    private const string CsvPrefix = "csv:";

    private static readonly IDataSource[] s_sources =
    [
        .. MonksProblem.All.Select(problem => new MonksSource(problem)),
        new IdxSource("mnist", "handwritten digits (LeCun, Cortes, Burges)", "mnist/", IdxDataset.NumberedClasses(10)),
        new IdxSource("fashion-mnist", "article images (Xiao, Rasul, Vollgraf 2017)", "fashion-mnist/",
            ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]),
        .. UciSets.All,
        new DigitsSource(),
    ];

    private readonly DataFolder _folder;

    /// <summary>A catalog over a data folder.</summary>
    /// <param name="folder">The folder, or null for the one that the environment variable <c>ESPALIER_DATA</c> names, if any.</param>
    public DataCatalog(string? folder = null)
    {
        _folder = new DataFolder(folder);
        Entries = Array.ConvertAll(s_sources, source => source.Describe(_folder));
    }

    /// <summary>The named sets.</summary>
    public IReadOnlyList<DataCatalogEntry> Entries { get; }

    /// <summary>Loads a set.</summary>
    /// <param name="name">
    /// A name of <see cref="Entries"/>; or <c>idx:IMAGES,LABELS</c> (divided by <see cref="DatasetSplitter"/>),
    /// <c>idx:TRAIN_IMAGES,TRAIN_LABELS,TEST_IMAGES,TEST_LABELS</c>;
    /// or <c>csv:FILE</c>.
    /// </param>
    /// <param name="options">What the name leaves open; null for the defaults.</param>
    /// <exception cref="EspalierException">The name is unknown, or a file is missing or bad.</exception>
    public DataSplit Load(string name, DataOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        options ??= new DataOptions();
        if (!(options.TestFraction > 0 && options.TestFraction < 1))
        {
            throw new EspalierException(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: a test part of {options.TestFraction} of the samples cannot be; "
                + $"give a share between 0 and 1, such as 0.2."));
        }

        foreach (IDataSource source in s_sources)
        {
            if (source.Name == name) return source.Load(_folder, options);
        }

        if (name.StartsWith(IdxPrefix, StringComparison.Ordinal)) return LoadIdx(name, options);
        if (name.StartsWith(CsvPrefix, StringComparison.Ordinal)) return LoadCsv(name[CsvPrefix.Length..], options);
        throw new EspalierException($"{name}: no data set has this name; did you mean {Nearest(name)}? Known: " +
            $"{string.Join(", ", s_sources.Select(source => source.Name))}, idx:IMAGES,LABELS and csv:FILE.");
    }

    /// <summary>The path of a file of the data folder that is no data set, such as published weights.</summary>
    /// <param name="user">What needs it, for the error message.</param>
    /// <param name="relativePath">The file's path within the folder.</param>
    /// <exception cref="EspalierException">There is no such file, or no data folder.</exception>
    public string FindFile(string user, string relativePath) => _folder.Require(user, relativePath);

    private static DataSplit LoadIdx(string name, DataOptions options)
    {
        string[] paths = name[IdxPrefix.Length..].Split(',');
        if (paths.Length is not (2 or 4) || Array.Exists(paths, string.IsNullOrWhiteSpace))
        {
            throw new EspalierException($"{name}: write {IdxPrefix}IMAGES,LABELS or " +
                $"{IdxPrefix}TRAIN_IMAGES,TRAIN_LABELS,TEST_IMAGES,TEST_LABELS.");
        }

        string title = Path.GetFileNameWithoutExtension(paths[0]);
        if (paths.Length == 2) return DatasetSplitter.Split(IdxDataset.Load(title, paths[0], paths[1]), options.TestFraction, options.Seed);
        Dataset train = IdxDataset.Load($"{title} train", paths[0], paths[1]);
        Dataset test = IdxDataset.Load($"{title} test", paths[2], paths[3]);
        if (train.InputShape != test.InputShape)
        {
            throw new EspalierException($"{paths[0]} holds samples of {train.InputShape}, but {paths[2]} of {test.InputShape}; " +
                "name files that belong together.");
        }

        // Classes are numbered up to the greatest label, which one part may lack.
        IReadOnlyList<string> classNames = train.ClassNames.Count >= test.ClassNames.Count ? train.ClassNames : test.ClassNames;
        return new DataSplit(train.WithClassNames(classNames), test.WithClassNames(classNames));
    }

    private static DataSplit LoadCsv(string path, DataOptions options)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new EspalierException($"{CsvPrefix}: name a file, as in {CsvPrefix}flowers.csv.");
        MissingValues missing = options.Missing ?? MissingValues.Error;
        CsvOptions csv = options.Csv with { AllowMissing = missing != MissingValues.Error };
        return TabularSource.Prepare(CsvDataset.Load(Path.GetFileNameWithoutExtension(path), path, csv), missing, options);
    }

    /// <summary>The name with the fewest letters to change, all of it or as much of it as was typed.</summary>
    private static string Nearest(string name)
    {
        string typed = name.ToLowerInvariant();
        return s_sources.Select(source => source.Name).MinBy(known =>
            Math.Min(EditDistance(known, typed), EditDistance(known[..Math.Min(known.Length, typed.Length)], typed) + 2))!;
    }

    /// <summary>The least number of letters to insert, delete or replace (Levenshtein 1966).</summary>
    private static int EditDistance(string from, string to)
    {
        var row = new int[to.Length + 1];
        for (int j = 0; j < row.Length; j++) row[j] = j;
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.Length; j++)
            {
                int replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j - 1], row[j]) + 1);
            }
        }

        return row[^1];
    }
}
