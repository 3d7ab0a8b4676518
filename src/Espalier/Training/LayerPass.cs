namespace Espalier.Training;

/// <summary>The buffers of a pass through one layer, allocated once for the largest batch.</summary>
/// <param name="mode">What the pass is for.</param>
internal class LayerPass(PassMode mode)
{
    /// <summary>What the pass is for.</summary>
    public PassMode Mode { get; } = mode;

    /// <summary>What the layer reads, samples x values each.</summary>
    public float[][] Inputs { get; set; } = [];

    /// <summary>What the layer reads first.</summary>
    public float[] Input => Inputs[0];

    /// <summary>The layer's sums, samples x values, which its activation then replaces.</summary>
    public float[] Output { get; set; } = [];

    /// <summary>
    /// Where the layer's activation is differentiated: <see cref="Output"/>, or a copy of the sums where values do not tell the slope.
    /// </summary>
    public float[] Points { get; set; } = [];

    /// <summary>The derivative of the loss by the layer's sums.</summary>
    public float[] OutputGradient { get; set; } = [];

    /// <summary>Receives the derivative by each input; null where nobody asks for it. All are different buffers.</summary>
    public float[]?[] InputGradients { get; set; } = [];

    /// <summary>Receives the derivative by the first input, or null.</summary>
    public float[]? InputGradient => InputGradients[0];
}
