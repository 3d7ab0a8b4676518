using System.Numerics.Tensors;
using Espalier.Data;
using Espalier.Training;

namespace Espalier.Cli.Reproduction.Experiments.GradualMagnitude;

/// <summary>Pixels brought to mean 0 and deviation 1, all with the same two numbers, as some papers train on them.</summary>
/// <param name="Mean">The mean of all pixels.</param>
/// <param name="Deviation">Their deviation.</param>
internal sealed record PixelScaling(float Mean, float Deviation)
{
    /// <summary>The scaling that brings <paramref name="data"/> to mean 0 and deviation 1.</summary>
    public static PixelScaling Of(Dataset data)
    {
        double sum = 0, squares = 0;
        foreach (float pixel in data.Inputs)
        {
            sum += pixel;
            squares += (double)pixel * pixel;
        }

        double mean = sum / data.Inputs.Length;
        return new PixelScaling((float)mean, (float)Math.Sqrt(squares / data.Inputs.Length - mean * mean));
    }

    /// <summary>The labelled samples of <paramref name="data"/>, scaled.</summary>
    public Dataset Apply(Dataset data)
    {
        var inputs = new float[data.Inputs.Length];
        TensorPrimitives.Subtract(data.Inputs, Mean, inputs);
        TensorPrimitives.Divide(inputs, Deviation, inputs);
        return Dataset.Classification(data.Name, data.InputShape, inputs, data.Labels!, data.ClassNames);
    }

    /// <summary>
    /// Changes the first layer, dense or a convolution without padding, so that the network reads pixels as they are: w' = w / s,
    /// b' = b - m (sum of w').
    /// </summary>
    public void FoldInto(TrainableNetwork network)
    {
        var first = (TrainableWeightedLayer)network.Layers[0];
        Span<float> weights = first.Weights.Values;
        TensorPrimitives.Divide(weights, Deviation, weights);
        for (int unit = 0; unit < first.Weights.Rows; unit++)
        {
            first.Biases.Values[unit] -= Mean * TensorPrimitives.Sum<float>(
                weights.Slice(unit * first.Weights.Columns, first.Weights.Columns));
        }
    }
}
