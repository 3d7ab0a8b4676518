namespace Espalier.Training.Optimizers;

/// <summary>The one form of the complaint about a constant out of its range.</summary>
internal static class OptionRange
{
    /// <summary>Throws unless <paramref name="holds"/>.</summary>
    /// <exception cref="EspalierException">"kind name must be range."</exception>
    public static void Require(bool holds, string kind, string name, string range)
    {
        if (!holds) throw new EspalierException($"{kind} {name} must be {range}.");
    }
}
