using System.Numerics;
using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>
/// A network of all kinds of layers in plain loops, one layer after the other, in float or double. Running it allocates nothing.
/// </summary>
internal sealed class PlainNetwork<T>
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    private readonly PlainLayer<T>[] _layers;
    private readonly T[][][] _inputs;
    private readonly T[][] _values;
    private readonly T[] _image;

    /// <summary>Expands the weights of <paramref name="network"/>, which makes sense.</summary>
    public PlainNetwork(Network network)
    {
        _layers = [.. network.Layers.Select(layer => new PlainLayer<T>(layer))];
        _image = new T[network.InputShape.Length];
        _values = [.. _layers.Select(layer => new T[layer.OutputLength])];
        _inputs = [.. Enumerable.Range(0, _layers.Length).Select(
            i => Array.ConvertAll(network.SourcesOf(i), source => source < 0 ? _image : _values[source]))];
    }

    /// <summary>The outputs for one sample, until the next one is computed.</summary>
    /// <param name="input">As many values as the network has inputs.</param>
    public ReadOnlySpan<T> Predict(ReadOnlySpan<float> input)
    {
        for (int i = 0; i < _image.Length; i++) _image[i] = T.CreateTruncating(input[i]);
        for (int i = 0; i < _layers.Length; i++) _layers[i].Run(_inputs[i], _values[i]);
        return _values[^1];
    }
}
