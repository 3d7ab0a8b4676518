namespace Espalier.Data;

/// <summary>
/// The sets that are known by name, and the two forms <c>idx:IMAGES,LABELS</c> and <c>csv:FILE</c> for files of the user's.
/// </summary>
public sealed class DataCatalog
{
    private static readonly IDataSource[] s_sources =
    [
        .. MonksProblem.All.Select(problem => new MonksSource(problem)),
        new IdxSource("mnist", "handwritten digits (LeCun, Cortes, Burges)", "mnist/", IdxDataset.NumberedClasses(10)),
        new IdxSource("fashion-mnist", "article images (Xiao, Rasul, Vollgraf 2017)", "fashion-mnist/",
            ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]),
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
    /// A name of <see cref="Entries"/>; or <c>idx:IMAGES,LABELS</c> (divided by <see cref="DatasetSplitter"/>), <c>idx:TRAIN_IMAGES,TRAIN_LABELS,TEST_IMAGES,TEST_LABELS</c>;
    /// or <c>csv:FILE</c>.
    /// </param>
    /// <param name="options">What the name leaves open; null for the defaults.</param>
    /// <exception cref="EspalierException">The name is unknown, or a file is missing or bad.</exception>
    public DataSplit Load(string name, DataOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        options ??= new DataOptions();
        foreach (IDataSource source in s_sources)
        {
            if (source.Name == name) return source.Load(_folder, options);
        }

        throw new EspalierException($"{name}: no data set has this name; did you mean {Nearest(name)}? Known: " +
            $"{string.Join(", ", s_sources.Select(source => source.Name))}, idx:IMAGES,LABELS and csv:FILE.");
    }

    private static string Nearest(string name) =>
        s_sources.MinBy(source => EditDistance(source.Name, name.ToLowerInvariant()))!.Name;

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
