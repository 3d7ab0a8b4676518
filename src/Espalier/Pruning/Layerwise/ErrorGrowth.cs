using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Training;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// By how much a layer's sums can lie further apart than what it reads, in Euclidean distance: a Lipschitz constant, not the least one.
/// </summary>
internal static class ErrorGrowth
{
    /// <summary>The constant of a layer.</summary>
    public static double Of(TrainableLayer layer) => layer switch
    {
        // |W x| <= |W|_F |x| at each position, and the patches of all positions have each value as often as windows cover it.
        TrainableConvolution convolution => Norm(convolution) * Math.Sqrt(Coverage(convolution.Window, layer)),
        TrainableWeightedLayer weighted => Norm(weighted),
        TrainablePooling pooling => OfPooling(pooling.Model),
        TrainableBatchNormalization normalization => LargestSlope(normalization),
        _ => 1,
    };

    private static double Norm(TrainableWeightedLayer layer)
    {
        double sum = 0;
        foreach (float weight in layer.Weights.Values) sum += (double)weight * weight;
        return Math.Sqrt(sum);
    }

    // The square of a maximum's move is at most the sum of its values' squares; a mean divides that sum by their number.
    private static double OfPooling(PoolingLayer pooling)
    {
        int coverage = Coverage(pooling.Window, pooling.InputShape, pooling.OutputShape);
        if (pooling.Kind == PoolingKind.Max) return Math.Sqrt(coverage);
        int least = int.MaxValue;
        for (int y = 0; y < pooling.OutputShape.Height; y++)
        {
            for (int x = 0; x < pooling.OutputShape.Width; x++) least = Math.Min(least, pooling.Divisor(y, x));
        }

        return Math.Sqrt((double)coverage / least);
    }

    private static double LargestSlope(TrainableBatchNormalization layer)
    {
        double largest = 0;
        for (int c = 0; c < layer.Scale.Values.Length; c++)
        {
            double deviation = Math.Sqrt((double)layer.RunningVariance.Values[c] + layer.Epsilon);
            largest = Math.Max(largest, Math.Abs(layer.Scale.Values[c]) / deviation);
        }

        return largest;
    }

    private static int Coverage(Window window, TrainableLayer layer) => Coverage(window, layer.InputShape, layer.OutputShape);

    /// <summary>The most windows that one value of the image is under.</summary>
    private static int Coverage(Window window, Shape input, Shape output) =>
        Most(input.Height, output.Height, window.Height, window.ImageY) * Most(input.Width, output.Width, window.Width, window.ImageX);

    private static int Most(int length, int positions, int taps, Func<int, int, int> place)
    {
        var counts = new int[length];
        for (int position = 0; position < positions; position++)
        {
            for (int tap = 0; tap < taps; tap++)
            {
                int at = place(position, tap);
                if (at >= 0 && at < length) counts[at]++;
            }
        }

        return TensorPrimitives.Max<int>(counts);
    }
}
