namespace Espalier.Pruning;

/// <summary>Which weights compete with each other for a place.</summary>
public enum PruningScope
{
    /// <summary>All weights of the network: layers that need few weights keep few.</summary>
    Global,

    /// <summary>The weights of each layer among themselves: every layer keeps the same fraction.</summary>
    PerLayer,
}
