namespace Espalier.Pruning.Layerwise;

/// <summary>What a layer's program of <see cref="NetTrim"/> reads.</summary>
public enum NetTrimForm
{
    /// <summary>Each layer reads what the dense network gives it: layers can be treated apart, and their errors add up.</summary>
    Parallel,

    /// <summary>
    /// Each layer reads what the layers already pruned give it, and is allowed a little more error than its dense weights make on that.
    /// </summary>
    Cascade,
}
