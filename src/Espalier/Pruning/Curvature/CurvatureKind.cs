namespace Espalier.Pruning.Curvature;

/// <summary>How second derivatives of the loss by single sums, outputs and weights are found.</summary>
public enum CurvatureKind
{
    /// <summary>
    /// The recursion of LeCun, Denker and Solla (1989) with its h'' terms: exact for the last layer, and for the one before where the loss
    /// treats each output alone; beyond that it drops mixed derivatives. Values may be negative.
    /// </summary>
    Recursion,

    /// <summary>The same recursion without the terms with h'' (Gauss-Newton, Levenberg-Marquardt): no value is negative.</summary>
    GaussNewton,

    /// <summary>
    /// The exact diagonal of networks whose hidden layers are ReLU, leaky ReLU or identity, away from their kinks: one backward pass for
    /// each output.
    /// </summary>
    Exact,
}
