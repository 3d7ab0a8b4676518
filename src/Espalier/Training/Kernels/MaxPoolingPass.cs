using Espalier.Compilation.Model;

namespace Espalier.Training.Kernels;

/// <summary>A pass through a max-pooling, which remembers the places of the largest values.</summary>
internal sealed class MaxPoolingPass(PoolingLayer layer, PassMode mode, int capacity) : PoolingPass(layer, mode)
{
    private readonly int[] _winners = new int[checked(capacity * layer.OutputShape.Length)];

    /// <inheritdoc/>
    protected override void Pool(int sample, ReadOnlySpan<float> input, Span<float> output)
    {
        Span<int> winners = _winners.AsSpan(sample * Planes * Windows.Length, Planes * Windows.Length);
        for (int plane = 0, next = 0; plane < Planes; plane++)
        {
            foreach (TapRange taps in Windows)
            {
                int winner = plane * Area + taps.Start;
                float largest = input[winner];
                for (int y = 0; y < taps.Rows; y++)
                {
                    int row = plane * Area + taps.Start + y * RowStep;
                    for (int x = 0; x < taps.Columns; x++)
                    {
                        int at = row + x * Step;
                        float value = input[at];
                        if (value > largest || float.IsNaN(value)) (winner, largest) = (at, value);
                    }
                }

                (winners[next], output[next]) = (winner, largest);
                next++;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Differentiate(int sample, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        ReadOnlySpan<int> winners = _winners.AsSpan(sample * outputGradient.Length, outputGradient.Length);
        for (int i = 0; i < winners.Length; i++) inputGradient[winners[i]] += outputGradient[i];
    }
}
