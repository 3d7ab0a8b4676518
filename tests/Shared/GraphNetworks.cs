using Espalier.Compilation.Model;

namespace Espalier.Tests.Shared;

/// <summary>Random small networks of every kind of layer, with branches that come together again.</summary>
internal static class GraphNetworks
{
    private static readonly Activation[] s_elementwise = [Activation.Identity, Activation.Relu, Activation.LeakyRelu(), Activation.Tanh];

    /// <summary>A network whose shape, windows, numbers and branches <paramref name="seed"/> decides.</summary>
    public static Network Random(int seed)
    {
        var random = new Random(seed);
        var input = new Shape(random.Next(1, 5), random.Next(3, 10), random.Next(3, 10));
        var layers = new List<Layer>();
        Shape shape = input;
        int steps = random.Next(1, 5);
        for (int i = 0; i < steps; i++)
        {
            if (random.Next(4) == 0) AddBranches(layers, shape, random);
            else layers.Add(Image($"layer_{i}", shape, random));
            shape = layers[^1].OutputShape;
        }

        if (random.Next(2) == 0) layers.Add(new FlattenLayer("flat", shape));
        Activation last = random.Next(2) == 0 ? Activation.Softmax : Activation.Identity;
        layers.Add(new DenseLayer("answer", Weights(random, 3, shape.Length), Numbers(random, 3), last));
        return new Network($"Graph_{seed}", input, new EquatableArray<Layer>(layers), default);
    }

    /// <summary>A layer of one input that reads <paramref name="shape"/>.</summary>
    public static Layer Image(string name, Shape shape, Random random)
    {
        Activation activation = s_elementwise[random.Next(s_elementwise.Length)];
        switch (random.Next(4))
        {
            case 0:
                Window window = RandomWindow(shape, random);
                bool ceiling = random.Next(3) == 0;
                PoolingKind kind = random.Next(2) == 0 ? PoolingKind.Max : PoolingKind.Average;
                bool countPadding = kind == PoolingKind.Average && window.HasPadding && random.Next(2) == 0;
                var pooling = new PoolingLayer(name, shape, kind, window, ceiling, countPadding, activation);
                return new Network("one", shape, new([pooling]), default).FindFault() is null
                    ? pooling
                    : PoolingLayer.GlobalAverage(name, shape);
            case 1:
                return Normalization(name, shape, activation, random);
            default:
                int groups = random.Next(3) == 0 ? shape.Channels : 1;
                return Convolution(name, shape, groups * random.Next(1, 4), RandomWindow(shape, random), groups, activation, random);
        }
    }

    /// <summary>Whether <paramref name="layer"/> is a mean with dilation, which other formats know only lately.</summary>
    public static bool IsDilatedMean(Layer layer) =>
        layer is PoolingLayer { Kind: PoolingKind.Average, Window: { DilationY: > 1 } or { DilationX: > 1 } };

    private static ConvolutionLayer Convolution(
        string name, Shape shape, int filters, Window window, int groups, Activation activation, Random random)
    {
        int columns = shape.Channels / groups * window.Length;
        return new ConvolutionLayer(name, shape, window, groups, Weights(random, filters, columns), Numbers(random, filters), activation);
    }

    private static BatchNormalizationLayer Normalization(string name, Shape shape, Activation activation, Random random)
    {
        int n = shape.Channels;
        var variance = new FloatVector([.. Numbers(random, n).ToArray().Select(value => value * value)]);
        return new BatchNormalizationLayer(
            name, shape, Numbers(random, n), Numbers(random, n), Numbers(random, n), variance, 1e-3f, activation);
    }

    /// <summary>Two ways from the last value that end in an addition or a concatenation.</summary>
    private static void AddBranches(List<Layer> layers, Shape shape, Random random)
    {
        string from = layers.Count == 0 ? Layer.InputName : layers[^1].Name;
        string left = $"left_{layers.Count}", right = $"right_{layers.Count}";
        bool adds = random.Next(2) == 0;
        int filters = random.Next(1, 4);
        Activation activation = s_elementwise[random.Next(s_elementwise.Length)];
        layers.Add(Convolution(left, shape, filters, Window.Square(1), 1, activation, random));
        if (adds && filters == shape.Channels)
        {
            layers.Add(new AdditionLayer($"join_{layers.Count}", shape, 2, activation) { Sources = new([left, from]) });
            return;
        }

        Layer other = Convolution(right, shape, filters, Window.Square(3, padding: 1), 1, activation, random);
        layers.Add(other with { Sources = new([from]) });
        EquatableArray<string> both = new([left, right]);
        Shape part = layers[^1].OutputShape;
        layers.Add(adds
            ? new AdditionLayer($"join_{layers.Count}", part, 2, activation) { Sources = both }
            : new ConcatenationLayer($"join_{layers.Count}", new([part, part]), activation) { Sources = both });
    }

    private static Window RandomWindow(Shape shape, Random random)
    {
        while (true)
        {
            var window = new Window(random.Next(1, 4), random.Next(1, 4)) { StrideY = random.Next(1, 3), StrideX = random.Next(1, 3) };
            if (random.Next(3) == 0) window = window with { DilationY = 2, DilationX = random.Next(1, 3) };
            if (random.Next(2) == 0)
            {
                window = window with { Top = random.Next(2), Left = 1, Bottom = random.Next(2), Right = random.Next(2) };
            }
            int height = (window.Height - 1) * window.DilationY + 1, width = (window.Width - 1) * window.DilationX + 1;
            if (height <= shape.Height + window.Top + window.Bottom && width <= shape.Width + window.Left + window.Right) return window;
        }
    }

    private static SparseMatrix Weights(Random random, int rows, int columns)
    {
        var dense = new float[rows * columns];
        for (int i = 0; i < dense.Length; i++) dense[i] = random.Next(2) == 0 ? 0 : random.NextSingle() - 0.5f;
        return SparseMatrix.FromDense(rows, columns, dense);
    }

    private static FloatVector Numbers(Random random, int length) =>
        new([.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)]);
}
