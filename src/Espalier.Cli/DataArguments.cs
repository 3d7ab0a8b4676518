using Espalier.Compilation.Model;
using Espalier.Data;

namespace Espalier.Cli;

/// <summary>Data sets as the verbs ask for them.</summary>
internal static class DataArguments
{
    /// <summary>Loads the set called <paramref name="name"/>.</summary>
    /// <param name="name">A name of the catalog, <c>idx:...</c> or <c>csv:...</c>.</param>
    /// <param name="folder">The folder of data sets, or null for ESPALIER_DATA.</param>
    /// <param name="seed">The seed of splits.</param>
    /// <param name="network">The network that the set is for, or null.</param>
    /// <exception cref="EspalierException">The set is unknown or bad, or its samples do not fit the network.</exception>
    public static DataSplit Load(string name, string? folder, ulong seed, Network? network = null)
    {
        DataSplit split = new DataCatalog(folder).Load(name, new DataOptions { Seed = seed });
        if (network is not null && split.Train.InputShape.Length != network.InputShape.Length)
        {
            throw new EspalierException($"{name}: its samples have {split.Train.InputShape} values, but the network reads {network.InputShape}; " +
                "name the set that the network was trained on.");
        }

        return split;
    }
}
