namespace Espalier.Generator;

/// <summary>The names under which the generator's steps can be watched in a driver that tracks them.</summary>
public static class TrackingNames
{
    /// <summary>From a model's text to a network.</summary>
    public const string Parse = "Espalier.Parse";

    /// <summary>Which networks ask for the same class.</summary>
    public const string Clashes = "Espalier.Clashes";

    /// <summary>From a network to a plan of code.</summary>
    public const string Lower = "Espalier.Lower";

    /// <summary>From the plan to source text.</summary>
    public const string Emit = "Espalier.Emit";

    /// <summary>The errors.</summary>
    public const string Diagnostics = "Espalier.Diagnostics";

    /// <summary>The messages on what networks cost.</summary>
    public const string Costs = "Espalier.Costs";

    /// <summary>The small files that callers depend on.</summary>
    public const string Surface = "Espalier.Surface";

    /// <summary>The files with the weights.</summary>
    public const string Kernels = "Espalier.Kernels";
}
