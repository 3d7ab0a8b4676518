using Espalier.Compilation.Model;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Training;

/// <summary>
/// An oracle: the mean loss of a graph of layers in double precision, a whole batch at a time, written from the definitions alone, so that
/// central differences are good to about 1e-9.
/// </summary>
/// <param name="network">The network, whose numbers are copied.</param>
/// <param name="isTraining">Whether batch normalisation takes the batch's statistics.</param>
internal sealed class DoubleGraph(TrainableNetwork network, bool isTraining)
{
    private readonly Dictionary<Parameter, double[]> _numbers =
        network.Parameters.ToDictionary(parameter => parameter, parameter => Array.ConvertAll(parameter.Values, value => (double)value));

    /// <summary>The smallest distance from a kink of any sum of a rectifier, and from a tie of any two values of a maximum.</summary>
    public double NearestKink { get; private set; } = double.MaxValue;

    public double[] Numbers(Parameter parameter) => _numbers[parameter];

    public double Loss(LossKind kind, double[][] inputs, float[] targets)
    {
        double[][] outputs = Forward(inputs);
        int length = network.OutputShape.Length;
        return outputs.Select((y, i) => DoubleNetwork.SampleLoss(kind, y, targets.AsSpan(i * length, length))).Sum() / inputs.Length;
    }

    /// <summary>The outputs of every sample.</summary>
    public double[][] Forward(double[][] inputs)
    {
        var values = new double[network.Layers.Count][][];
        for (int i = 0; i < values.Length; i++)
        {
            TrainableLayer layer = network.Layers[i];
            double[][][] read = [.. network.SourcesOf(i).Select(source => source < 0 ? inputs : values[source])];
            double[][] sums = layer is TrainableBatchNormalization normalization
                ? Normalize(normalization, read[0])
                : [.. Enumerable.Range(0, inputs.Length).Select(sample => Sums(layer, [.. read.Select(input => input[sample])]))];
            Note(sums.SelectMany(sample => sample).Min(sum => DoubleNetwork.KinkDistance(layer.Activation, sum)));
            values[i] = [.. sums.Select(sample => DoubleNetwork.Apply(layer.Activation, sample))];
        }

        return values[^1];
    }

    private double[] Sums(TrainableLayer layer, double[][] inputs) => layer switch
    {
        TrainableDense dense => Dense(dense, inputs[0]),
        TrainableConvolution convolution => Convolve(convolution, inputs[0]),
        TrainablePooling => Pool((PoolingLayer)layer.ToLayer()!, inputs[0]),
        TrainableAddition => [.. inputs[0].Select((_, i) => inputs.Sum(input => input[i]))],
        TrainableConcatenation => [.. inputs.SelectMany(input => input)],
        TrainableFlatten or TrainableDropout => inputs[0],
        _ => throw new NotSupportedException(layer.GetType().Name),
    };

    private double[] Dense(TrainableDense dense, double[] x)
    {
        double[] weights = _numbers[dense.Weights], biases = _numbers[dense.Biases];
        return [.. biases.Select((bias, row) => bias + x.Select((value, i) => value * weights[row * x.Length + i]).Sum())];
    }

    private double[] Convolve(TrainableConvolution layer, double[] x)
    {
        (Shape input, Shape output, Window window) = (layer.InputShape, layer.OutputShape, layer.Window);
        int channels = input.Channels / layer.Groups, filters = output.Channels / layer.Groups, columns = channels * window.Length;
        var sums = new double[output.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            int filter = i / (output.Height * output.Width), y = i / output.Width % output.Height, left = i % output.Width;
            sums[i] = _numbers[layer.Biases][filter];
            for (int column = 0; column < columns; column++)
            {
                int channel = filter / filters * channels + column / window.Length;
                int row = y * window.StrideY - window.Top + column % window.Length / window.Width * window.DilationY;
                int at = left * window.StrideX - window.Left + column % window.Width * window.DilationX;
                if (row < 0 || row >= input.Height || at < 0 || at >= input.Width) continue;
                sums[i] += _numbers[layer.Weights][filter * columns + column] * x[(channel * input.Height + row) * input.Width + at];
            }
        }

        return sums;
    }

    private double[] Pool(PoolingLayer layer, double[] x)
    {
        (Shape input, Shape output, Window window) = (layer.Input, layer.OutputShape, layer.Window);
        var pooled = new double[output.Length];
        for (int i = 0; i < pooled.Length; i++)
        {
            int channel = i / (output.Height * output.Width), y = i / output.Width % output.Height, left = i % output.Width;
            var values = new List<double>();
            int padded = 0;
            for (int tap = 0; tap < window.Length; tap++)
            {
                int row = y * window.StrideY - window.Top + tap / window.Width * window.DilationY;
                int at = left * window.StrideX - window.Left + tap % window.Width * window.DilationX;
                bool isInside = row >= 0 && row < input.Height && at >= 0 && at < input.Width;
                if (isInside) values.Add(x[(channel * input.Height + row) * input.Width + at]);
                else if (row < input.Height + window.Bottom && at < input.Width + window.Right) padded++;
            }

            values.Sort();
            if (layer.Kind == PoolingKind.Max && values.Count > 1) Note(values[^1] - values[^2]);
            pooled[i] = layer.Kind == PoolingKind.Max ? values[^1] : values.Sum() / (values.Count + (layer.CountPadding ? padded : 0));
        }

        return pooled;
    }

    private double[][] Normalize(TrainableBatchNormalization layer, double[][] x)
    {
        int channels = layer.InputShape.Channels, area = layer.InputShape.Length / channels;
        double[][] y = [.. x.Select(sample => new double[sample.Length])];
        for (int channel = 0; channel < channels; channel++)
        {
            double[] values = [.. x.SelectMany(sample => sample.Skip(channel * area).Take(area))];
            double mean = isTraining ? values.Average() : _numbers[layer.RunningMean][channel];
            double variance = isTraining
                ? values.Average(value => (value - mean) * (value - mean))
                : _numbers[layer.RunningVariance][channel];
            for (int sample = 0; sample < x.Length; sample++)
            {
                for (int i = channel * area; i < (channel + 1) * area; i++)
                {
                    y[sample][i] = _numbers[layer.Scale][channel] * (x[sample][i] - mean) / Math.Sqrt(variance + layer.Epsilon)
                        + _numbers[layer.Shift][channel];
                }
            }
        }

        return y;
    }

    private void Note(double distance) => NearestKink = Math.Min(NearestKink, distance);
}
