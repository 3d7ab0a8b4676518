using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Espalier.Numerics;

namespace Espalier.Training.Kernels;

/// <summary>A pass through a convolution, as matrix products of whose patches only one panel at a time is laid out.</summary>
/// <remarks>
/// The sums of a sample are weights x patches (columns of the weights x positions), its derivative by the input is what
/// the transposed weights x the derivative by the sums adds to the places the patches were read from, and both are one item of work a
/// sample. The derivative by the weights is the derivative by the sums x transposed patches, summed over the samples: an item is a panel of
/// its columns and a share of the samples, and the shares depend on the shapes alone. So every number is summed in one order, whatever the
/// number of threads.
/// </remarks>
internal sealed class ConvolutionPass : LayerPass
{
    /// <summary>The rows of a packed panel: 32 KB with 512-bit vectors.</summary>
    private const int DepthBlock = 256;

    /// <summary>What register tiles of this size do in a nanosecond, packing included (measured).</summary>
    private const long MultiplyAddsPerNanosecond = 60;

    /// <summary>As many items of work are made of the derivative by the weights.</summary>
    private const int WeightItems = 16;

    private readonly TrainableConvolution _layer;
    private readonly PatchLayout _layout;
    private readonly PanelPlan _positions, _taps;
    private readonly float[] _padded;
    private readonly float[][] _shares;
    private readonly int _panelWidth, _inputs, _outputs, _columns, _area, _largestTap, _largestPosition;
    private readonly Action<int, int> _pad, _computeSums, _differentiateWeights, _differentiateBias, _differentiateInput;
    private ComputeEngine _engine = null!;
    private float[] _images = [];
    private int _count;

    /// <summary>Prepares passes for batches of up to <paramref name="capacity"/> samples.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="mode">What the pass is for.</param>
    /// <param name="capacity">The largest batch.</param>
    /// <param name="vectorBits">The register width to use (512, 256 or 128), or 0 for the widest that the processor has.</param>
    public ConvolutionPass(TrainableConvolution layer, PassMode mode, int capacity, int vectorBits = 0)
        : base(mode)
    {
        (_layer, _layout) = (layer, new PatchLayout(layer));
        (_inputs, _outputs, _columns, _area) = (layer.InputShape.Length, layer.OutputShape.Length, layer.Weights.Columns, layer.Positions);
        (_largestTap, _largestPosition) = (_layout.Taps.Max(), _layout.Positions.Max());
        if (vectorBits == 0) vectorBits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        (_panelWidth, _computeSums, _differentiateWeights, _differentiateInput) = vectorBits switch
        {
            512 => Kernels<Simd512, Vector512<float>>(),
            256 => Kernels<Simd256, Vector256<float>>(),
            128 => Kernels<Simd128, Vector128<float>>(),
            _ => throw new ArgumentOutOfRangeException(nameof(vectorBits)),
        };
        _pad = (sample, _) => _layout.Pad(Input.AsSpan(sample * _inputs, _inputs), _padded.AsSpan(sample * _layout.Length, _layout.Length));
        _differentiateBias = (filter, _) => DifferentiateBias(filter);
        _positions = new PanelPlan(_layout.Positions, _panelWidth);
        _taps = new PanelPlan(_layout.Taps, _panelWidth);
        _padded = _layout.IsPadded ? new float[checked(capacity * _layout.Length + PanelPlan.Slack)] : [];
        int shares = (WeightItems + _layer.Groups * _taps.Panels - 1) / (_layer.Groups * _taps.Panels);
        _shares = [.. Enumerable.Range(0, shares).Select(
            share => share == 0 ? layer.Weights.Gradient : new float[layer.Weights.Values.Length])];
    }

    private long Work => (long)_count * _layer.Weights.Values.Length * _area / MultiplyAddsPerNanosecond;

    /// <summary>Computes the sums of the first <paramref name="count"/> samples.</summary>
    public void Forward(ComputeEngine engine, int count)
    {
        (_engine, _count, _images) = (engine, count, _layout.IsPadded ? _padded : Input);
        if (_layout.IsPadded) engine.Team.For(count, count * _inputs / 10, _pad);
        engine.Team.For(count, Work, _computeSums);
    }

    /// <summary>Computes the derivatives by weights, biases and, if anybody asks for it, input.</summary>
    public void Backward(ComputeEngine engine, int count)
    {
        (_engine, _count) = (engine, count);
        engine.Team.For(_layer.Groups * _taps.Panels * _shares.Length, Work, _differentiateWeights);
        Span<float> gradient = _layer.Weights.Gradient;
        foreach (float[] share in _shares.AsSpan(1)) TensorPrimitives.Add(gradient, share, gradient);
        engine.Team.For(_layer.Weights.Rows, count * _outputs / 10, _differentiateBias);
        if (InputGradient is not null) engine.Team.For(count, Work, _differentiateInput);
    }

    private (int PanelWidth, Action<int, int> Sums, Action<int, int> Weights, Action<int, int> Input) Kernels<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : struct =>
        (2 * TSimd.Width, ComputeSums<TSimd, TVector>, DifferentiateWeights<TSimd, TVector>, DifferentiateInput<TSimd, TVector>);

    private ReadOnlySpan<float> Image(int sample, int group) => _images.AsSpan(sample * _layout.Length + group * _layout.GroupLength);

    private void ComputeSums<TSimd, TVector>(int sample, int member)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        Span<float> scratch = _engine.Scratch(member, (DepthBlock + RegisterTile.Rows) * _panelWidth);
        Span<float> panel = scratch[..(DepthBlock * _panelWidth)], edge = scratch[panel.Length..];
        Span<float> sums = Output.AsSpan(sample * _outputs, _outputs);
        float[] weights = _layer.Weights.Values;
        for (int group = 0; group < _layer.Groups; group++)
        {
            int endFilter = (group + 1) * _layer.GroupFilters;
            for (int index = 0; index < _positions.Panels; index++)
            {
                int columns = _positions.ColumnsOf(index);
                for (int depth = 0; depth < _columns; depth += DepthBlock)
                {
                    int depths = Math.Min(DepthBlock, _columns - depth);
                    _positions.Pack(index, _layout.Taps.AsSpan(depth, depths), _largestTap, Image(sample, group), panel);
                    for (int filter = group * _layer.GroupFilters; filter < endFilter; filter += RegisterTile.Rows)
                    {
                        int rows = Math.Min(RegisterTile.Rows, endFilter - filter);
                        Span<float> target = sums[(filter * _area + index * _panelWidth)..];
                        bool isWhole = columns == _panelWidth;
                        RegisterTile.Compute<TSimd, TVector>(
                            in panel[0], depths, in weights[filter * _columns + depth], _columns, 1,
                            ref isWhole ? ref target[0] : ref edge[0], isWhole ? _area : _panelWidth, rows, isWhole && depth > 0);
                        if (!isWhole) CopyEdge(edge, target, rows, columns, depth > 0);
                    }
                }
            }
        }

        for (int filter = 0; filter < _layer.Weights.Rows; filter++)
        {
            Span<float> plane = sums.Slice(filter * _area, _area);
            TensorPrimitives.Add(plane, _layer.Biases.Values[filter], plane);
        }
    }

    // The last columns: a whole tile was computed, of which only what exists is taken.
    private void CopyEdge(ReadOnlySpan<float> edge, Span<float> target, int rows, int columns, bool accumulate)
    {
        for (int i = 0; i < rows; i++)
        {
            ReadOnlySpan<float> row = edge.Slice(i * _panelWidth, columns);
            Span<float> place = target.Slice(i * _area, columns);
            if (accumulate) TensorPrimitives.Add(place, row, place);
            else row.CopyTo(place);
        }
    }

    private void DifferentiateWeights<TSimd, TVector>(int item, int member)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        (int share, int panelOfAll) = Math.DivRem(item, _layer.Groups * _taps.Panels);
        (int group, int index) = Math.DivRem(panelOfAll, _taps.Panels);
        int filters = _layer.GroupFilters, firstFilter = group * filters;
        int first = (int)((long)_count * share / _shares.Length), end = (int)((long)_count * (share + 1) / _shares.Length);
        Span<float> scratch = _engine.Scratch(member, (DepthBlock + filters) * _panelWidth);
        Span<float> panel = scratch[..(DepthBlock * _panelWidth)], sums = scratch[panel.Length..];
        if (first == end) sums.Clear();
        for (int sample = first; sample < end; sample++)
        {
            for (int depth = 0; depth < _area; depth += DepthBlock)
            {
                int depths = Math.Min(DepthBlock, _area - depth);
                _taps.Pack(index, _layout.Positions.AsSpan(depth, depths), _largestPosition, Image(sample, group), panel);
                for (int filter = 0; filter < filters; filter += RegisterTile.Rows)
                {
                    ref readonly float gradient = ref OutputGradient[sample * _outputs + (firstFilter + filter) * _area + depth];
                    RegisterTile.Compute<TSimd, TVector>(
                        in panel[0], depths, in gradient, _area, 1, ref sums[filter * _panelWidth], _panelWidth,
                        Math.Min(RegisterTile.Rows, filters - filter), accumulate: sample > first || depth > 0);
                }
            }
        }

        int columns = _taps.ColumnsOf(index);
        for (int filter = 0; filter < filters; filter++)
        {
            Span<float> target = _shares[share].AsSpan((firstFilter + filter) * _columns + index * _panelWidth, columns);
            sums.Slice(filter * _panelWidth, columns).CopyTo(target);
        }
    }

    private void DifferentiateBias(int filter)
    {
        double sum = 0;
        for (int sample = 0; sample < _count; sample++)
        {
            sum += TensorPrimitives.Sum<float>(OutputGradient.AsSpan(sample * _outputs + filter * _area, _area));
        }

        _layer.Biases.Gradient[filter] = (float)sum;
    }

    private void DifferentiateInput<TSimd, TVector>(int sample, int member)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int filters = _layer.GroupFilters;
        Span<float> scratch = _engine.Scratch(
            member, (filters + RegisterTile.Rows) * _panelWidth + (_layout.IsPadded ? _layout.Length : 0));
        Span<float> panel = scratch[..(filters * _panelWidth)], tile = scratch.Slice(panel.Length, RegisterTile.Rows * _panelWidth);
        Span<float> target = InputGradient.AsSpan(sample * _inputs, _inputs);
        Span<float> image = _layout.IsPadded ? scratch.Slice(panel.Length + tile.Length, _layout.Length) : target;
        image.Clear();
        for (int group = 0; group < _layer.Groups; group++)
        {
            Span<float> channels = image.Slice(group * _layout.GroupLength, _layout.GroupLength);
            for (int index = 0; index < _positions.Panels; index++)
            {
                int start = sample * _outputs + group * filters * _area + index * _panelWidth;
                PanelPacker.Copy<TSimd, TVector>(
                    OutputGradient.AsSpan(start), _area, filters, _positions.ColumnsOf(index), _panelWidth, panel);
                for (int column = 0; column < _columns; column += RegisterTile.Rows)
                {
                    int rows = Math.Min(RegisterTile.Rows, _columns - column);
                    RegisterTile.Compute<TSimd, TVector>(
                        in panel[0], filters, in _layer.Weights.Values[group * filters * _columns + column], 1, _columns, ref tile[0],
                        _panelWidth, rows, accumulate: false);
                    for (int i = 0; i < rows; i++)
                    {
                        _positions.Add(index, tile.Slice(i * _panelWidth, _panelWidth), _layout.Taps[column + i], channels);
                    }
                }
            }
        }

        if (_layout.IsPadded) _layout.Unpad(image, target);
    }
}
