using Espalier.Compilation.Model;

namespace Espalier.Training.Kernels;

/// <summary>A pass through a pooling, sample by sample.</summary>
internal abstract class PoolingPass : LayerPass
{
    /// <summary>What a tap takes (measured).</summary>
    private const double TapNanoseconds = 1;

    private readonly Action<int, int> _pool, _differentiate;
    private readonly long _taps;
    private readonly int _rowStep, _step;

    /// <summary>Prepares passes.</summary>
    private protected PoolingPass(PoolingLayer layer, PassMode mode)
        : base(mode)
    {
        (Shape input, Shape output) = (layer.Input, layer.OutputShape);
        (_rowStep, _step) = (layer.Window.DilationY * input.Width, layer.Window.DilationX);
        Windows = [.. Enumerable.Range(0, output.Height * output.Width).Select(i => Under(layer, i / output.Width, i % output.Width))];
        _taps = (long)output.Length * layer.Window.Length;
        _pool = (sample, _) => Pool(sample, Input.AsSpan(sample * input.Length, input.Length), Output.AsSpan(sample * output.Length));
        _differentiate = (sample, _) =>
        {
            Span<float> gradient = InputGradient.AsSpan(sample * input.Length, input.Length);
            gradient.Clear();
            Differentiate(sample, OutputGradient.AsSpan(sample * output.Length, output.Length), gradient);
        };
    }

    /// <summary>What lies under each output position of a channel.</summary>
    protected TapRange[] Windows { get; }

    /// <summary>Pools <paramref name="count"/> samples.</summary>
    public void Forward(ComputeEngine engine, int count) => engine.Team.For(count, (long)(TapNanoseconds * count * _taps), _pool);

    /// <summary>Computes the derivative by the input, if anybody asks for it.</summary>
    public void Backward(ComputeEngine engine, int count)
    {
        if (InputGradient is not null) engine.Team.For(count, (long)(TapNanoseconds * count * _taps), _differentiate);
    }

    /// <summary>Pools one sample.</summary>
    protected abstract void Pool(int sample, ReadOnlySpan<float> input, Span<float> output);

    /// <summary>Adds one sample's derivatives by the input to zeros.</summary>
    protected abstract void Differentiate(int sample, ReadOnlySpan<float> outputGradient, Span<float> inputGradient);

    /// <summary>The place in its channel of a tap in the image, counted from the first one there.</summary>
    protected int At(TapRange taps, int row, int column) => taps.Start + row * _rowStep + column * _step;

    private static TapRange Under(PoolingLayer layer, int y, int x)
    {
        Window window = layer.Window;
        int top = window.ImageY(y, 0), left = window.ImageX(x, 0);
        (int firstY, int rows) = Inside(top, window.Height, window.DilationY, layer.Input.Height);
        (int firstX, int columns) = Inside(left, window.Width, window.DilationX, layer.Input.Width);
        return new TapRange((top + firstY * window.DilationY) * layer.Input.Width + left + firstX * window.DilationX, rows, columns);
    }

    private static (int First, int Count) Inside(int start, int taps, int dilation, int length)
    {
        int first = start >= 0 ? 0 : (-start + dilation - 1) / dilation;
        int end = Math.Min(taps, (length - 1 - start) / dilation + 1);
        return (first, end - first);
    }

    /// <summary>The taps of a window that lie in the image, not in its padding.</summary>
    /// <param name="Start">The place of the first in its channel.</param>
    /// <param name="Rows">The number of their rows.</param>
    /// <param name="Columns">The number of their columns.</param>
    protected readonly record struct TapRange(int Start, int Rows, int Columns);
}
