using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>Names a network by what it computes, for the head of the generated file.</summary>
internal static class NetworkContent
{
    /// <summary>The hash of name, shapes, weights, biases and activations; the samples do not count.</summary>
    public static ContentHash HashOf(Network network)
    {
        ContentHash hash = Add(ContentHash.Empty, network.Name);
        hash = hash.Add((ulong)network.InputShape.Channels).Add((ulong)network.InputShape.Height).Add((ulong)network.InputShape.Width);
        foreach (Layer layer in network.Layers)
        {
            hash = Add(hash, layer.Name);
            if (layer is not DenseLayer dense) continue;
            hash = hash.Add(dense.Weights.Hash.High).Add(dense.Weights.Hash.Low).Add(dense.Biases.Hash.High).Add(dense.Biases.Hash.Low)
                .Add((ulong)dense.Activation.Kind).Add(FloatBits.Of(dense.Activation.Alpha));
        }

        return hash;
    }

    private static ContentHash Add(ContentHash hash, string text)
    {
        hash = hash.Add((ulong)text.Length);
        foreach (char c in text) hash = hash.Add(c);
        return hash;
    }
}
