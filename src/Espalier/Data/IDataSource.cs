namespace Espalier.Data;

/// <summary>A named set of the catalog.</summary>
internal interface IDataSource
{
    /// <summary>The name to load it by.</summary>
    public string Name { get; }

    /// <summary>What is known without loading it.</summary>
    public DataCatalogEntry Describe(DataFolder folder);

    /// <summary>Loads both parts.</summary>
    /// <exception cref="EspalierException">A file is missing or bad.</exception>
    public DataSplit Load(DataFolder folder, DataOptions options);
}
