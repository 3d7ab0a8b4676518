using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training;

namespace Espalier.Tests.Pruning;

/// <summary>Small networks with convolutions, random images, and what filters read by the definition alone.</summary>
internal static class ConvolutionData
{
    public static readonly Shape Image = new(2, 6, 5);

    /// <summary>
    /// Images whose neighbouring values resemble each other, with random targets; or with the class of the part of the image, of equal
    /// ones, that is the brightest.
    /// </summary>
    public static Dataset Images(int count, Shape shape, ulong seed, int outputs = 3, bool isClassification = true)
    {
        var random = new SeededRandom(seed);
        var values = new float[count * shape.Length];
        double last = 0;
        foreach (ref float value in values.AsSpan())
        {
            last = 0.5 * last + random.NextNormal();
            value = (float)last;
        }

        if (isClassification)
        {
            int[] labels = [.. Enumerable.Range(0, count).Select(i => Brightest(values.AsSpan(i * shape.Length, shape.Length), outputs))];
            return Dataset.Classification("images", shape, values, labels, [.. Enumerable.Range(0, outputs).Select(i => $"class {i}")]);
        }

        return Dataset.Regression(
            "images", shape, values, [.. Enumerable.Range(0, count * outputs).Select(_ => (float)random.NextNormal())], outputs);
    }

    /// <summary>Two convolutions, the second in groups, with max-pooling between them, a flattening, and two dense layers.</summary>
    public static TrainableNetwork Chain(ulong seed, Activation hidden, Activation output) => Random(
    [
        new TrainableConvolution("conv1", Image, 4, Window.Square(3, padding: 1), hidden),
        new TrainablePooling(new("pool1", new(4, 6, 5), PoolingKind.Max, Window.Square(2, stride: 2), true, false, Activation.Identity)),
        new TrainableConvolution("conv2", new(4, 3, 3), 6, new Window(2, 3) { Left = 1 }, hidden, groups: 2),
        new TrainableFlatten(new("flat", new(6, 2, 2))),
        new TrainableDense("fc1", 24, 5, hidden),
        new TrainableDense("fc2", 5, 3, output),
    ], seed);

    /// <summary>Batch normalisation, a residual block, a concatenation with the input, average pooling, and a dense layer.</summary>
    public static TrainableNetwork Branches(ulong seed, Activation hidden, Activation output) => Random(
    [
        new TrainableConvolution("conv1", Image, 3, Window.Square(3, padding: 1), Activation.Identity),
        new TrainableBatchNormalization("norm", new(3, 6, 5), hidden),
        new TrainableConvolution("conv2", new(3, 6, 5), 3, Window.Square(3, padding: 1), Activation.Identity),
        new TrainableAddition(new("add", new(3, 6, 5), 2, hidden)) { Sources = new(["conv2", "norm"]) },
        new TrainableConcatenation(new("both", new([new(3, 6, 5), Image]), Activation.Identity)) { Sources = new(["add", "input"]) },
        new TrainableConvolution("depth", new(5, 6, 5), 10, Window.Square(3, stride: 2), hidden, groups: 5),
        new TrainablePooling(PoolingLayer.GlobalAverage("pool", new(10, 2, 2))),
        new TrainableDense("answer", 10, 3, output),
    ], seed);

    /// <summary>What the filters of a group read: each image's positions row by row, the values in the order of the weights.</summary>
    public static double[][] Patches(TrainableConvolution layer, ReadOnlySpan<float> images, int group)
    {
        var rows = new List<double[]>();
        (Shape input, Shape output, Window window) = (layer.InputShape, layer.OutputShape, layer.Window);
        for (int start = 0; start < images.Length; start += input.Length)
        {
            for (int y = 0; y < output.Height; y++)
            {
                for (int x = 0; x < output.Width; x++)
                {
                    var row = new List<double>();
                    for (int channel = group * layer.GroupChannels; channel < (group + 1) * layer.GroupChannels; channel++)
                    {
                        for (int v = 0; v < window.Height; v++)
                        {
                            for (int u = 0; u < window.Width; u++)
                            {
                                int row0 = y * window.StrideY + v * window.DilationY - window.Top;
                                int column = x * window.StrideX + u * window.DilationX - window.Left;
                                bool isInside = row0 >= 0 && row0 < input.Height && column >= 0 && column < input.Width;
                                row.Add(isInside ? images[start + (channel * input.Height + row0) * input.Width + column] : 0);
                            }
                        }
                    }

                    rows.Add([.. row]);
                }
            }
        }

        return [.. rows];
    }

    private static int Brightest(ReadOnlySpan<float> image, int parts)
    {
        var sums = new float[parts];
        for (int i = 0; i < image.Length; i++) sums[i * parts / image.Length] += image[i];
        return Array.IndexOf(sums, sums.Max());
    }

    private static TrainableNetwork Random(TrainableLayer[] layers, ulong seed)
    {
        var network = new TrainableNetwork("small", Image, layers);
        var random = new SeededRandom(seed);
        foreach (Parameter parameter in network.Parameters)
        {
            double spread = parameter.IsWeight ? 1.5 / Math.Sqrt(parameter.Columns) : 0.3;
            bool isPositive = parameter.Name is "norm.scale" or "norm.variance";
            foreach (ref float value in parameter.Values.AsSpan())
            {
                value = (float)(isPositive ? 0.5 + random.NextDouble() : spread * random.NextNormal());
            }
        }

        return network;
    }
}
