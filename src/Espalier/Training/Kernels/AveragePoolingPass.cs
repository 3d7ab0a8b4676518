using Espalier.Compilation.Model;

namespace Espalier.Training.Kernels;

/// <summary>A pass through an average pooling.</summary>
internal sealed class AveragePoolingPass : PoolingPass
{
    // By how many values the mean divides, for each output position of a channel.
    private readonly float[] _divisors;
    private readonly int _planes, _area;

    public AveragePoolingPass(PoolingLayer layer, PassMode mode)
        : base(layer, mode)
    {
        int width = layer.OutputShape.Width;
        (_planes, _area) = (layer.Input.Channels, layer.Input.Height * layer.Input.Width);
        _divisors = [.. Enumerable.Range(0, Windows.Length).Select(i => (float)layer.Divisor(i / width, i % width))];
    }

    /// <inheritdoc/>
    protected override void Pool(int sample, ReadOnlySpan<float> input, Span<float> output)
    {
        for (int plane = 0; plane < _planes; plane++)
        {
            ReadOnlySpan<float> values = input.Slice(plane * _area, _area);
            for (int i = 0; i < Windows.Length; i++)
            {
                TapRange taps = Windows[i];
                float sum = 0;
                for (int y = 0; y < taps.Rows; y++)
                {
                    for (int x = 0; x < taps.Columns; x++) sum += values[At(taps, y, x)];
                }

                output[plane * Windows.Length + i] = sum / _divisors[i];
            }
        }
    }

    /// <inheritdoc/>
    protected override void Differentiate(int sample, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        for (int plane = 0; plane < _planes; plane++)
        {
            Span<float> values = inputGradient.Slice(plane * _area, _area);
            for (int i = 0; i < Windows.Length; i++)
            {
                TapRange taps = Windows[i];
                float share = outputGradient[plane * Windows.Length + i] / _divisors[i];
                for (int y = 0; y < taps.Rows; y++)
                {
                    for (int x = 0; x < taps.Columns; x++) values[At(taps, y, x)] += share;
                }
            }
        }
    }
}
