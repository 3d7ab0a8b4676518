namespace Espalier.Pruning.Units;

/// <summary>What can be removed as a whole.</summary>
public enum UnitKind
{
    /// <summary>An input of the network: a feature, a pixel, or, where a convolution reads the image, a channel.</summary>
    Input,

    /// <summary>A unit of a dense layer.</summary>
    Unit,

    /// <summary>A filter of a convolution; with it go its channel of all that follows and whatever an addition couples with it.</summary>
    Filter,
}
