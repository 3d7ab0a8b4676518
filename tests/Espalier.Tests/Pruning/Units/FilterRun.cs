using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Units;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Units;

/// <summary>What the tests of filters share: graphs with samples, and their loss in double precision.</summary>
internal static class FilterRun
{
    public const LossKind Loss = LossKind.CategoricalCrossEntropy;

    /// <summary>Graphs beyond those of <see cref="SmallGraphs"/>, in which units are coupled, or read in more than one form.</summary>
    private static readonly Dictionary<string, Func<TrainableLayer[]>> s_coupled = new()
    {
        ["tiny"] = Tiny,
        ["depthwise separable"] = () =>
        [
            new TrainableConvolution("a", SmallGraphs.Image, 4, Window.Square(3), Activation.Relu),
            new TrainableConvolution("b", new(4, 5, 4), 8, Window.Square(3), Activation.Tanh, groups: 4),
            new TrainableConvolution("c", new(8, 3, 2), 3, Window.Square(1), Activation.Relu), Last(18),
        ],
        ["dense block"] = () =>
        [
            new TrainableConvolution("a", SmallGraphs.Image, 3, Window.Square(3, padding: 1), Activation.Tanh),
            new TrainableConvolution("b", new(3, 7, 6), 2, Window.Square(3, padding: 1), Activation.Relu),
            new TrainableConcatenation(new("d", new([new(3, 7, 6), new(2, 7, 6)]), Activation.Identity)) { Sources = new(["a", "b"]) },
            new TrainableConvolution("c", new(5, 7, 6), 2, Window.Square(3, stride: 2), Activation.Tanh), Last(12),
        ],
        ["normalised residual"] = () =>
        [
            new TrainableConvolution("a", SmallGraphs.Image, 3, Window.Square(3), Activation.Identity),
            new TrainableBatchNormalization("n", new(3, 5, 4), Activation.Relu),
            new TrainableConvolution("b", new(3, 5, 4), 3, Window.Square(3, padding: 1), Activation.Identity),
            new TrainableBatchNormalization("m", new(3, 5, 4), Activation.Identity),
            new TrainableAddition(new("s", new(3, 5, 4), 2, Activation.Relu)) { Sources = new(["m", "n"]) },
            new TrainablePooling(PoolingLayer.GlobalAverage("g", new(3, 5, 4))),
            new TrainableDropout("o", Shape.Flat(3), 0.5), new TrainableDense("f", 3, 4, Activation.Relu), Last(4),
        ],
        ["pixels and dense layers"] = () =>
            [
                new TrainableDense("a", SmallGraphs.Image.Length, 5, Activation.Tanh),
                new TrainableDense("b", 5, 4, Activation.Relu), Last(4),
            ],
        ["ends in filters"] = () =>
        [
            new TrainableConvolution("a", SmallGraphs.Image, 4, Window.Square(3), Activation.Relu),
            new TrainableConvolution("b", new(4, 5, 4), 3, new Window(5, 4), Activation.Identity),
            new TrainableBatchNormalization("n", Shape.Flat(3), Activation.Softmax),
        ],
    };

    /// <summary>All of these, and those of the others that units see in ways of their own.</summary>
    public static TheoryData<string> Names =>
    [
        .. s_coupled.Keys, "stride, padding and dilation", "groups", "depthwise", "overlapping max-pooling in ceil mode",
        "average pooling that counts padding", "batch normalisation of a vector", "a value added to itself and to the input",
        "concatenation",
    ];

    /// <summary>A network with random weights, biases and statistics.</summary>
    public static TrainableNetwork Create(string name)
    {
        if (!s_coupled.TryGetValue(name, out Func<TrainableLayer[]>? layers)) return SmallGraphs.Create(name);
        var network = new TrainableNetwork("small", SmallGraphs.Image, layers());
        SmallGraphs.Randomize(network, seed: 5);
        return network;
    }

    /// <summary>Samples with soft targets.</summary>
    public static Dataset Samples(TrainableNetwork network, int count = 5) => DerivativeProblem.Data(network, count);

    public static PruningContext Context(TrainableNetwork network) => new(network, Samples(network), Loss);

    /// <summary>
    /// The mean loss by an independent evaluation in double precision, with <paramref name="change"/> done to the parameters.
    /// </summary>
    public static double MeanLoss(TrainableNetwork network, Action<DoubleGraph>? change = null)
    {
        var oracle = new DoubleGraph(network, isTraining: false);
        change?.Invoke(oracle);
        Dataset data = Samples(network);
        return oracle.Loss(Loss, Inputs(data), data.Targets!);
    }

    /// <summary>The change of the loss when all weights that lead away from a unit are 0: the definition of switching it off.</summary>
    public static double SwitchOff(TrainableNetwork network, UnitParts unit, double before) =>
        MeanLoss(network, oracle => Scale(oracle, unit, 0)) - before;

    /// <summary>Multiplies all weights that lead away from a unit.</summary>
    public static void Scale(DoubleGraph oracle, UnitParts unit, double factor)
    {
        foreach (UnitRead read in unit.Reads)
        {
            double[] weights = oracle.Numbers(read.Reader.Weights);
            for (int row = 0; row < read.Reader.Weights.Rows; row++)
            {
                foreach (ref double weight in read.Of(weights, row)) weight *= factor;
            }
        }
    }

    /// <summary>The largest difference of two networks' outputs.</summary>
    public static double LargestDifference(TrainableNetwork left, TrainableNetwork right)
    {
        double[][] inputs = Inputs(Samples(left));
        double[][] first = new DoubleGraph(left, false).Forward(inputs), second = new DoubleGraph(right, false).Forward(inputs);
        return first.Zip(second, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max()).Max();
    }

    public static double[][] Inputs(Dataset data) =>
        [.. Enumerable.Range(0, data.Count).Select(i => Array.ConvertAll(data.Input(i).ToArray(), value => (double)value))];

    private static TrainableDense Last(int inputs) => new("last", inputs, 3, Activation.Softmax);

    /// <summary>Two convolutions with pooling and a dense layer: a LeNet in small.</summary>
    private static TrainableLayer[] Tiny() =>
    [
        new TrainableConvolution("a", SmallGraphs.Image, 4, Window.Square(3, padding: 1), Activation.Relu),
        new TrainablePooling(new("p", new(4, 7, 6), PoolingKind.Max, Window.Square(2, stride: 2), false, false, Activation.Identity)),
        new TrainableConvolution("b", new(4, 3, 3), 5, Window.Square(2), Activation.Relu),
        new TrainableFlatten(new("e", new(5, 2, 2))), new TrainableDense("f", 20, 6, Activation.Relu), Last(6),
    ];
}
