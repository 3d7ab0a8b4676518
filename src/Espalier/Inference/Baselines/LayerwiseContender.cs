using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>A contender that computes one layer after the other into scratch memory, one sample at a time.</summary>
public abstract class LayerwiseContender : DenseContender
{
    private readonly float[][] _hidden;

    private protected LayerwiseContender(string name, Network network)
        : base(name, network) => _hidden = [.. Layers.SkipLast(1).Select(layer => new float[layer.Weights.Rows])];

    /// <summary>Computes a layer with its activation.</summary>
    private protected abstract void RunLayer(int index, ReadOnlySpan<float> input, Span<float> output);

    /// <inheritdoc/>
    private protected sealed override void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        for (int i = 0; i < _hidden.Length; i++)
        {
            RunLayer(i, input, _hidden[i]);
            input = _hidden[i];
        }

        RunLayer(_hidden.Length, input, output);
    }
}
