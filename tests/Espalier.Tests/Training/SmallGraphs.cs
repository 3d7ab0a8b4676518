using Espalier.Compilation.Model;
using Espalier.Training;

namespace Espalier.Tests.Training;

/// <summary>Small networks that have, each, one kind of layer in one of its forms, between others that give it something to do.</summary>
internal static class SmallGraphs
{
    public static readonly Shape Image = new(2, 7, 6);

    private static readonly Dictionary<string, Func<TrainableLayer[]>> s_networks = new()
    {
        ["convolution"] = () => Convolutions(Image, 3, new Window(3, 2)),
        ["convolution of 1x1"] = () => Convolutions(Image, 4, new Window(1, 1)),
        ["convolution of the whole image"] = () => Convolutions(Image, 4, new Window(7, 6)),
        ["stride"] = () => Convolutions(Image, 3, new Window(3, 2) { StrideY = 2, StrideX = 3 }),
        ["padding"] = () => Convolutions(Image, 3, new Window(3, 3) { Top = 1, Left = 2, Bottom = 2, Right = 0 }),
        ["dilation"] = () => Convolutions(Image, 3, new Window(3, 2) { DilationY = 2, DilationX = 3 }),
        ["stride, padding and dilation"] = () =>
            Convolutions(Image, 3, new Window(2, 3) { StrideY = 3, StrideX = 2, DilationY = 2, DilationX = 2, Top = 3, Right = 3 }),
        ["groups"] = () => Convolutions(new(4, 6, 6), 6, Window.Square(3, padding: 1), groups: 2),
        ["depthwise"] = () => Convolutions(new(4, 6, 6), 8, Window.Square(3), groups: 4),
        ["wide convolution"] = () => Convolutions(new(3, 9, 17), 13, Window.Square(5, padding: 2)),
        ["max-pooling"] = () => Pooled(new(Name, Filtered(Image), PoolingKind.Max, Window.Square(2, stride: 2), false, false, default)),
        ["overlapping max-pooling in ceil mode"] = () => Pooled(new(Name, Filtered(Image), PoolingKind.Max,
            new Window(3, 2) { StrideY = 2, StrideX = 2, DilationX = 2, Top = 1, Left = 1 }, true, false, Activation.Tanh)),
        ["average pooling with padding"] = () => Pooled(new(Name, Filtered(Image), PoolingKind.Average,
            new Window(3, 2) { StrideY = 2, StrideX = 2, Top = 1, Left = 1, Right = 1 }, true, false, default)),
        ["average pooling that counts padding"] = () => Pooled(new(Name, Filtered(Image), PoolingKind.Average,
            new Window(3, 2) { StrideY = 2, StrideX = 1, Top = 1, Left = 1, Bottom = 2 }, false, true, Activation.Relu)),
        ["global average pooling"] = () => Pooled(PoolingLayer.GlobalAverage(Name, Filtered(Image))),
        ["flatten"] = () =>
        [
            new TrainableConvolution("a", Image, 3, Window.Square(3), Activation.Tanh),
            new TrainableFlatten(new(Name, new(3, 5, 4))), Last(60),
        ],
        ["batch normalisation"] = () =>
        [
            new TrainableConvolution("a", Image, 3, Window.Square(3), Activation.Identity),
            new TrainableBatchNormalization(Name, new(3, 5, 4), Activation.Relu), Last(60),
        ],
        ["batch normalisation of a vector"] = () =>
        [
            new TrainableDense("a", Image.Length, 5, Activation.Tanh),
            new TrainableBatchNormalization(Name, Shape.Flat(5), Activation.Identity, momentum: 0.3, epsilon: 1e-3f), Last(5),
        ],
        ["residual block"] = () =>
        [
            new TrainableConvolution("a", Image, 3, Window.Square(3, padding: 1), Activation.Tanh),
            new TrainableConvolution("b", new(3, 7, 6), 3, Window.Square(3, padding: 1), Activation.Tanh),
            new TrainableConvolution("c", new(3, 7, 6), 3, Window.Square(1), Activation.Identity),
            new TrainableAddition(new(Name, new(3, 7, 6), 2, Activation.Relu)) { Sources = new(["c", "a"]) }, Last(126),
        ],
        ["a value added to itself and to the input"] = () =>
        [
            new TrainableConvolution("a", Image, 2, Window.Square(3, padding: 1), Activation.Tanh),
            new TrainableAddition(new(Name, Image, 4, Activation.Sigmoid)) { Sources = new(["a", "input", "a", "a"]) }, Last(84),
        ],
        ["concatenation"] = () =>
        [
            new TrainableConvolution("a", Image, 3, Window.Square(3, padding: 1), Activation.Tanh),
            new TrainableConvolution("b", new(3, 7, 6), 1, Window.Square(1), Activation.Sigmoid),
            new TrainableConcatenation(new(Name, new([new(3, 7, 6), new(2, 7, 6), new(1, 7, 6), new(3, 7, 6)]), Activation.Identity))
            {
                Sources = new(["a", "input", "b", "a"]),
            },
            new TrainableConvolution("c", new(9, 7, 6), 2, Window.Square(3, stride: 2), Activation.Tanh), Last(12),
        ],
    };

    private const string Name = "tested";

    public static IEnumerable<string> Names => s_networks.Keys;

    /// <summary>A network with random weights, biases and statistics.</summary>
    public static TrainableNetwork Create(string name)
    {
        TrainableLayer[] layers = s_networks[name]();
        var network = new TrainableNetwork("small", layers[0].InputShape is { IsFlat: true } ? Image : layers[0].InputShape, layers);
        Randomize(network, seed: 21);
        return network;
    }

    /// <summary>Sets all numbers: weights so that sums stay near 1, variances above zero.</summary>
    public static void Randomize(TrainableNetwork network, ulong seed)
    {
        var random = new SeededRandom(seed);
        foreach (Parameter parameter in network.Parameters)
        {
            double spread = parameter.IsWeight ? 1 / Math.Sqrt(parameter.Columns) : 0.3;
            bool isPositive = parameter.Name.EndsWith(".scale", StringComparison.Ordinal) || !parameter.IsLearned;
            foreach (ref float value in parameter.Values.AsSpan())
            {
                value = (float)(isPositive ? 0.5 + random.NextDouble() : spread * random.NextNormal());
            }
        }
    }

    private static Shape Filtered(Shape image) => image with { Channels = 3 };

    private static TrainableDense Last(int inputs) => new("last", inputs, 3, Activation.Softmax);

    // Two in a row, so that the tested one's input has a derivative too.
    private static TrainableLayer[] Convolutions(Shape input, int filters, Window window, int groups = 1)
    {
        var first = new TrainableConvolution("a", input, input.Channels, Window.Square(3, padding: 1), Activation.Tanh);
        var tested = new TrainableConvolution(Name, input, filters, window, Activation.Sigmoid, groups);
        return [first, tested, Last(tested.OutputShape.Length)];
    }

    private static TrainableLayer[] Pooled(PoolingLayer pooling) =>
    [
        new TrainableConvolution("a", Image, 3, Window.Square(3, padding: 1), Activation.Tanh), new TrainablePooling(pooling),
        Last(pooling.OutputShape.Length),
    ];
}
