namespace Espalier.Training.Optimizers;

/// <summary>The rules by which a gradient moves a weight.</summary>
public enum OptimizerKind
{
    /// <summary>w -= rate g.</summary>
    GradientDescent,

    /// <summary>v = momentum v + g; w -= rate v (Polyak 1964).</summary>
    Momentum,

    /// <summary>v = momentum v + g; w -= rate (g + momentum v) (Nesterov 1983, in the form of Sutskever et al. 2013).</summary>
    Nesterov,

    /// <summary>Adam (Kingma and Ba 2015), both moments corrected for their start at zero.</summary>
    Adam,
}
