using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>A network computed in double precision from its float weights: what all contenders are held against.</summary>
public static class DoubleReference
{
    /// <summary>The outputs of one sample.</summary>
    /// <exception cref="ArgumentException">The length is wrong, or the network makes no sense.</exception>
    public static double[] Predict(Network network, ReadOnlySpan<float> input)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.FindFault() is string fault) throw new ArgumentException(fault, nameof(network));
        if (input.Length != network.InputShape.Length)
        {
            throw new ArgumentException($"{input.Length} input values for a network of {network.InputShape.Length}.", nameof(input));
        }

        return new PlainNetwork<double>(network).Predict(input).ToArray();
    }
}
