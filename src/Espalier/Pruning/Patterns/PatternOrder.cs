namespace Espalier.Pruning.Patterns;

/// <summary>Which inputs make a slice together, and which units a group.</summary>
public enum PatternOrder
{
    /// <summary>Those that follow each other in the layer.</summary>
    Consecutive,

    /// <summary>
    /// Inputs that carry information only, and such inputs and units together as lose least: see <see cref="LayerLayout.Arrange"/>.
    /// </summary>
    Live,
}
