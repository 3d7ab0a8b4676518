using Espalier.Compilation.Model;

namespace Espalier.Tests.Inference;

/// <summary>Small acyclic graphs of all kinds of layers by chance, with the odd cases far more often than life has them.</summary>
internal static class RandomGraphs
{
    private static readonly double[] s_densities = [0, 0.05, 0.2, 0.3, 0.3, 0.6, 1];

    /// <summary>
    /// A network over an image: convolutions with strides, padding, dilation and groups, poolings of both kinds, batch normalisation,
    /// residual additions and concatenations in any order, mostly with dense layers behind them.
    /// </summary>
    public static Network Next(SeededRandom random, string name)
    {
        // Every third image is wide enough for the widest registers.
        var input = new Shape(1 + random.Next(3), 3 + random.Next(9), random.Next(3) == 0 ? 16 + random.Next(24) : 3 + random.Next(9));
        var graph = new Graph(random, input);
        int steps = 1 + random.Next(6);
        for (int i = 0; i < steps; i++) graph.AddImageLayer();
        if (random.Next(4) > 0) graph.AddDenseTail();
        return new Network(name, input, new EquatableArray<Layer>(graph.Layers), default);
    }

    /// <summary>Layers that are added one after the other.</summary>
    private sealed class Graph(SeededRandom random, Shape input)
    {
        public List<Layer> Layers { get; } = [];

        private Shape Current => Layers.Count == 0 ? input : Layers[^1].OutputShape;

        public void AddImageLayer()
        {
            switch (random.Next(9))
            {
                case 0 or 1 or 2:
                    Layers.Add(Convolution(Current, 1 + random.Next(6), NextWindow(Current), groups: 1));
                    break;
                case 3:
                    // Groups, and depthwise convolutions among them.
                    int groups = Divisor(Current.Channels);
                    Layers.Add(Convolution(Current, groups * (1 + random.Next(2)), NextWindow(Current), groups));
                    break;
                case 4 or 5:
                    Pool();
                    break;
                case 6:
                    Layers.Add(Normalization(Current));
                    break;
                case 7:
                    AddResidual();
                    break;
                default:
                    AddConcatenation();
                    break;
            }
        }

        public void AddDenseTail()
        {
            if (random.Next(2) == 0) Layers.Add(new FlattenLayer(Name(), Current));
            int depth = 1 + random.Next(3);
            for (int i = 0; i < depth; i++)
            {
                int rows = 1 + random.Next(12);
                Layers.Add(new DenseLayer(
                    Name(), Matrix(rows, Current.Length), Values(rows, 0.1), random.Next(4) == 0 ? Activation.Softmax : NextActivation()));
                if (random.Next(6) == 0) Layers.Add(Normalization(Current));
            }
        }

        private void Pool()
        {
            Shape shape = Current;
            if (random.Next(5) == 0)
            {
                Layers.Add(PoolingLayer.GlobalAverage(Name(), shape));
                return;
            }

            PoolingKind kind = random.Next(2) == 0 ? PoolingKind.Max : PoolingKind.Average;
            for (int attempt = 0; attempt < 20; attempt++)
            {
                Window window = NextWindow(shape);
                bool counts = kind == PoolingKind.Average && window.HasPadding && random.Next(2) == 0;
                var layer = new PoolingLayer(Name(), shape, kind, window, random.Next(2) == 0, counts, NextActivation());
                if (new Network("one", shape, new EquatableArray<Layer>([layer]), default).FindFault() is not null) continue;
                Layers.Add(layer);
                return;
            }
        }

        /// <summary>x + g(x), perhaps with a third input.</summary>
        private void AddResidual()
        {
            string source = Layers.Count == 0 ? Layer.InputName : Layers[^1].Name;
            Shape shape = Current;
            Layers.Add(Convolution(shape, shape.Channels, Window.Square(3, padding: 1), groups: 1));
            List<string> sources = [Layers[^1].Name, source];
            if (random.Next(3) == 0) sources.Add(source);
            Layers.Add(new AdditionLayer(Name(), shape, sources.Count, NextActivation()) { Sources = new EquatableArray<string>(sources) });
        }

        /// <summary>What two branches from the same place yield, channel after channel.</summary>
        private void AddConcatenation()
        {
            string source = Layers.Count == 0 ? Layer.InputName : Layers[^1].Name;
            Shape shape = Current;
            Layers.Add(Convolution(shape, 1 + random.Next(4), Window.Square(3, padding: 1), groups: 1));
            string first = Layers[^1].Name;
            Layers.Add(random.Next(2) == 0
                ? Convolution(shape, 1 + random.Next(3), new Window(1, 1), groups: 1)
                    with { Sources = new EquatableArray<string>([source]) }
                : new PoolingLayer(Name(), shape, PoolingKind.Max, Window.Square(3, padding: 1), false, false, Activation.Identity)
                {
                    Sources = new EquatableArray<string>([source]),
                });
            List<Layer> joined = [Layers[^2], Layers[^1]];
            List<string> names = [first, Layers[^1].Name];
            EquatableArray<Shape> shapes = new(
                [.. joined.Select(layer => layer.OutputShape), .. random.Next(2) == 0 ? [shape] : Array.Empty<Shape>()]);
            if (shapes.Length == 3) names.Add(source);
            Layers.Add(new ConcatenationLayer(Name(), shapes, NextActivation()) { Sources = new EquatableArray<string>(names) });
        }

        private ConvolutionLayer Convolution(Shape shape, int filters, Window window, int groups) => new(
            Name(), shape, window, groups, Matrix(filters, shape.Channels / groups * window.Length), Values(filters, 0.1),
            NextActivation());

        private BatchNormalizationLayer Normalization(Shape shape)
        {
            int channels = shape.Channels;
            var variance = new float[channels];
            for (int i = 0; i < channels; i++) variance[i] = 0.1f + random.NextSingle();
            return new BatchNormalizationLayer(
                Name(), shape, Values(channels, 0.1), Values(channels, 0.1), Values(channels, 0.1), new FloatVector(variance), 1e-5f,
                NextActivation());
        }

        private Window NextWindow(Shape shape)
        {
            for (int attempt = 0; attempt < 50; attempt++)
            {
                var window = new Window(1 + random.Next(4), 1 + random.Next(4))
                {
                    StrideY = 1 + random.Next(2), StrideX = 1 + random.Next(2),
                    DilationY = 1 + random.Next(5) / 4, DilationX = 1 + random.Next(5) / 4,
                };
                if (random.Next(2) == 0)
                {
                    window = window with { Top = random.Next(3), Left = random.Next(3), Bottom = random.Next(3), Right = random.Next(3) };
                }

                if (Fits(window, shape)) return window;
            }

            return new Window(1, 1);
        }

        private static bool Fits(Window window, Shape shape) =>
            (window.Height - 1) * window.DilationY < shape.Height + window.Top + window.Bottom
            && (window.Width - 1) * window.DilationX < shape.Width + window.Left + window.Right;

        private int Divisor(int count) =>
            random.Next(2) == 0
                ? count
                : Enumerable.Range(1, count).Last(divisor => count % divisor == 0 && divisor < count || divisor == 1);

        private string Name() => $"layer{Layers.Count}";

        private SparseMatrix Matrix(int rows, int columns) =>
            RandomNetworks.Matrix(random, rows, columns, s_densities[random.Next(s_densities.Length)]);

        private FloatVector Values(int count, double oddness) =>
            new([.. Enumerable.Range(0, count).Select(_ => RandomNetworks.NextValue(random, oddness))]);

        private Activation NextActivation()
        {
            if (random.Next(3) == 0) return Activation.Identity;
            Activation activation = RandomNetworks.NextActivation(random);
            return activation.IsElementwise ? activation : Activation.Relu;
        }
    }
}
