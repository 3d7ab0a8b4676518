using Espalier.Compilation.Model;

namespace Espalier.Data;

/// <summary>A set of 60,000 training and 10,000 test images of 28 x 28 pixels in four IDX files under their usual names.</summary>
internal sealed class IdxSource(string name, string title, string origin, string[] classNames) : IDataSource
{
    private static readonly string[] s_files =
    [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
    ];

    public string Name => name;

    public DataCatalogEntry Describe(DataFolder folder) => new(
        Name, title, origin, new Shape(1, 28, 28), 60_000, 10_000, classNames, folder.WhyMissing(Name, s_files.Select(Relative)));

    public DataSplit Load(DataFolder folder, DataOptions options)
    {
        string[] paths = Array.ConvertAll(s_files, file => folder.Require(Name, Relative(file)));
        return new DataSplit(
            IdxDataset.Load($"{Name} train", paths[0], paths[1], classNames),
            IdxDataset.Load($"{Name} test", paths[2], paths[3], classNames));
    }

    private string Relative(string file) => $"{Name}/{file}";
}
