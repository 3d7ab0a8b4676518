using Espalier.Compilation.Model;

namespace Espalier.Compilation.Lowering;

/// <summary>Names a network by what it computes, for the head of the generated file.</summary>
internal static class NetworkContent
{
    /// <summary>The hash of all that decides what the network computes, with the names; the samples do not count.</summary>
    public static ContentHash HashOf(Network network)
    {
        ContentHash hash = Add(ContentHash.Empty, network.Name);
        hash = Add(hash, network.InputShape);
        foreach (Layer layer in network.Layers)
        {
            hash = Add(hash, layer.Name);
            foreach (string source in layer.Sources) hash = Add(hash.Add(1), source);
            hash = AddOwn(hash, layer);
            if (layer is WeightedLayer weighted) hash = Add(Add(hash, weighted.Weights.Hash), weighted.Biases.Hash);
            hash = hash.Add((ulong)layer.Activation.Kind).Add(FloatBits.Of(layer.Activation.Alpha));
        }

        return hash;
    }

    /// <summary>What a kind of layer has beyond name, sources, weights and activation; dense layers have nothing.</summary>
    private static ContentHash AddOwn(ContentHash hash, Layer layer) => layer switch
    {
        DenseLayer => hash,
        ConvolutionLayer convolution => Add(Add(hash.Add(2), convolution.Input), convolution.Window).Add((ulong)convolution.Groups),
        PoolingLayer pooling => Add(Add(hash.Add(3), pooling.Input), pooling.Window)
            .Add((ulong)pooling.Kind).Add(pooling.Ceiling ? 1UL : 0).Add(pooling.CountPadding ? 1UL : 0),
        BatchNormalizationLayer normalization => Add(Add(Add(Add(Add(hash.Add(4), normalization.Input), normalization.Scale.Hash),
            normalization.Shift.Hash), normalization.Mean.Hash), normalization.Variance.Hash).Add(FloatBits.Of(normalization.Epsilon)),
        AdditionLayer addition => Add(hash.Add(5), addition.Shape).Add((ulong)addition.Count),
        ConcatenationLayer concatenation => Add(hash.Add(6), concatenation.OutputShape).Add((ulong)concatenation.InputCount),
        FlattenLayer flatten => Add(hash.Add(7), flatten.Input),
        _ => hash,
    };

    private static ContentHash Add(ContentHash hash, ContentHash part) => hash.Add(part.High).Add(part.Low);

    private static ContentHash Add(ContentHash hash, Shape shape) =>
        hash.Add((ulong)shape.Channels).Add((ulong)shape.Height).Add((ulong)shape.Width);

    private static ContentHash Add(ContentHash hash, Window window) => hash.Add([
        window.Height, window.Width, window.StrideY, window.StrideX, window.DilationY, window.DilationX,
        window.Top, window.Left, window.Bottom, window.Right,
    ]);

    private static ContentHash Add(ContentHash hash, string text)
    {
        hash = hash.Add((ulong)text.Length);
        foreach (char c in text) hash = hash.Add(c);
        return hash;
    }
}
