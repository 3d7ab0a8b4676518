using Espalier.Compilation.Model;

namespace Espalier.Training;

/// <summary>Random starting weights whose spread keeps the signal's variance from layer to layer.</summary>
public static class Initializer
{
    /// <summary>
    /// Fills <paramref name="weights"/> in order. ReLU, leaky ReLU, ELU, and GELU, SiLU and hard swish, which come near ReLU: normal with
    /// variance 2 / ((1 + slope^2) fan-in), the slope being leaky ReLU's (He et al. 2015). SELU: normal with variance 1 / fan-in (LeCun et
    /// al. 1998; Klambauer et al. 2017). All others: uniform within +-sqrt(6 / (fan-in + fan-out)) (Glorot and Bengio 2010).
    /// </summary>
    /// <param name="weights">The weights to set.</param>
    /// <param name="fanIn">The number of inputs of an output.</param>
    /// <param name="fanOut">The number of outputs that an input reaches.</param>
    /// <param name="activation">The function that follows.</param>
    /// <param name="random">The source of chance.</param>
    public static void Fill(Span<float> weights, int fanIn, int fanOut, Activation activation, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        switch (activation.Kind)
        {
            case ActivationKind.Relu:
            case ActivationKind.ClippedRelu:
            case ActivationKind.Elu:
            case ActivationKind.Gelu:
            case ActivationKind.GeluTanh:
            case ActivationKind.Silu:
            case ActivationKind.HardSwish:
                FillNormal(weights, 2.0 / fanIn, random);
                break;
            case ActivationKind.LeakyRelu:
                FillNormal(weights, 2.0 / ((1 + (double)activation.Alpha * activation.Alpha) * fanIn), random);
                break;
            case ActivationKind.Selu:
                FillNormal(weights, 1.0 / fanIn, random);
                break;
            default:
                double limit = Math.Sqrt(6.0 / (fanIn + fanOut));
                foreach (ref float weight in weights) weight = (float)((2 * random.NextDouble() - 1) * limit);
                break;
        }
    }

    /// <summary>Fills the weights of all layers in order, each by its own activation; other numbers stay as they are.</summary>
    /// <param name="network">The network.</param>
    /// <param name="random">The source of chance.</param>
    public static void Fill(TrainableNetwork network, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(network);
        foreach (TrainableLayer layer in network.Layers)
        {
            if (layer is not TrainableWeightedLayer { Weights: Parameter weights }) continue;
            int fanOut = layer is TrainableConvolution convolution ? convolution.GroupFilters * convolution.Window.Length : weights.Rows;
            Fill(weights.Values, weights.Columns, fanOut, layer.Activation, random);
        }
    }

    private static void FillNormal(Span<float> weights, double variance, SeededRandom random)
    {
        double deviation = Math.Sqrt(variance);
        foreach (ref float weight in weights) weight = (float)(deviation * random.NextNormal());
    }
}
