using System.Numerics.Tensors;

namespace Espalier.Training.Kernels;

/// <summary>A pass through a convolution.</summary>
internal sealed class ConvolutionPass : LayerPass
{
    private readonly TrainableConvolution _layer;
    private readonly float[] _rows;
    private readonly int[][] _map;

    public ConvolutionPass(TrainableConvolution layer, PassMode mode)
        : base(mode)
    {
        _layer = layer;
        _rows = new float[layer.Positions * layer.Weights.Columns];
        _map = new int[layer.Groups][];
        for (int g = 0; g < layer.Groups; g++)
        {
            _map[g] = new int[_rows.Length];
            for (int i = 0; i < _rows.Length; i++) _map[g][i] = Patches.IndexOf(layer, g, i / layer.Weights.Columns, i % layer.Weights.Columns);
        }
    }

    public void Forward(ComputeEngine engine, int count)
    {
        int inputs = _layer.InputShape.Length, outputs = _layer.OutputShape.Length, columns = _layer.Weights.Columns;
        for (int sample = 0; sample < count; sample++)
        {
            for (int filter = 0; filter < _layer.Weights.Rows; filter++)
            {
                if (filter % _layer.GroupFilters == 0) Gather(sample * inputs, filter / _layer.GroupFilters);
                ReadOnlySpan<float> weights = _layer.Weights.Values.AsSpan(filter * columns, columns);
                Span<float> sums = Output.AsSpan(sample * outputs + filter * _layer.Positions, _layer.Positions);
                for (int p = 0; p < sums.Length; p++)
                {
                    sums[p] = TensorPrimitives.Dot(weights, _rows.AsSpan(p * columns, columns)) + _layer.Biases.Values[filter];
                }
            }
        }
    }

    public void Backward(ComputeEngine engine, int count)
    {
        int inputs = _layer.InputShape.Length, outputs = _layer.OutputShape.Length, columns = _layer.Weights.Columns;
        _layer.Weights.Gradient.AsSpan().Clear();
        _layer.Biases.Gradient.AsSpan().Clear();
        InputGradient?.AsSpan(0, inputs * count).Clear();
        var row = new float[columns];
        for (int sample = 0; sample < count; sample++)
        {
            for (int group = 0; group < _layer.Groups; group++)
            {
                Gather(sample * inputs, group);
                for (int p = 0; p < _layer.Positions; p++)
                {
                    Array.Clear(row);
                    for (int filter = group * _layer.GroupFilters; filter < (group + 1) * _layer.GroupFilters; filter++)
                    {
                        float g = OutputGradient[sample * outputs + filter * _layer.Positions + p];
                        Span<float> gradient = _layer.Weights.Gradient.AsSpan(filter * columns, columns);
                        TensorPrimitives.MultiplyAdd(_rows.AsSpan(p * columns, columns), g, gradient, gradient);
                        _layer.Biases.Gradient[filter] += g;
                        TensorPrimitives.MultiplyAdd(_layer.Weights.Values.AsSpan(filter * columns, columns), g, row, row);
                    }

                    for (int c = 0; InputGradient is not null && c < columns; c++)
                    {
                        int at = _map[group][p * columns + c];
                        if (at >= 0) InputGradient[sample * inputs + at] += row[c];
                    }
                }
            }
        }
    }

    private void Gather(int start, int group)
    {
        int[] map = _map[group];
        for (int i = 0; i < map.Length; i++) _rows[i] = map[i] < 0 ? 0 : Input[start + map[i]];
    }
}
