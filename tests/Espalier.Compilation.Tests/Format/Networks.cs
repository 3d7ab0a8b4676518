using Espalier.Compilation.Format;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Format;

/// <summary>Networks for the tests of the text format.</summary>
internal static class Networks
{
    private static readonly Activation[] s_activations =
    [
        Activation.Identity, Activation.Relu, Activation.LeakyRelu(), Activation.Elu(-0f), Activation.Selu,
        Activation.Sigmoid, Activation.Tanh, Activation.Softmax,
    ];

    /// <summary>Three inputs, two hidden units with own weights, one output with shared weights, two samples.</summary>
    public static Network Small() => Of(
        "tiny",
        3,
        [
            Dense("hidden", SparseMatrix.FromDense(2, 3, [1, 0, -2, 0, 0, 0]), [0.5f, -0f], Activation.LeakyRelu()),
            Dense("answer", Shared(1, 2, [0.5f, -1], [-1, 0.5f]), [0], Activation.Sigmoid),
        ],
        [
            new Sample([0, 2], new FloatVector([1, -0f]), new FloatVector([0.25f])),
            new Sample([], FloatVector.Empty, new FloatVector([-0f])),
        ]);

    public static Network Of(string name, int inputs, Layer[] layers, Sample[]? samples = null) =>
        new(name, Shape.Flat(inputs), new EquatableArray<Layer>(layers), new EquatableArray<Sample>(samples ?? []));

    /// <summary>A network of random shape, density, activations, codebooks and samples, with extreme floats among its numbers.</summary>
    public static Network Random(int seed)
    {
        var random = new Random(seed);
        Shape input = random.Next(3) == 0
            ? new Shape(1 + random.Next(2), 1 + random.Next(3), 2 + random.Next(3))
            : Shape.Flat(1 + random.Next(20));
        var layers = new Layer[1 + random.Next(4)];
        int width = input.Length;
        for (int i = 0; i < layers.Length; i++)
        {
            int outputs = 1 + random.Next(12);
            Activation activation = s_activations[random.Next(s_activations.Length)];
            layers[i] = Dense($"layer_{i}", Weights(random, outputs, width), Numbers(random, outputs), activation);
            width = outputs;
        }

        var samples = new Sample[random.Next(4)];
        for (int i = 0; i < samples.Length; i++) samples[i] = Sample.FromDense(Sparse(random, input.Length), Numbers(random, width));
        return new Network($"Net_{seed}", input, new EquatableArray<Layer>(layers), new EquatableArray<Sample>(samples));
    }

    /// <summary>A single layer of <paramref name="outputs"/> x <paramref name="inputs"/> random weights at the given density.</summary>
    public static Network Large(int inputs, int outputs, double density)
    {
        var random = new Random(1);
        var dense = new float[inputs * outputs];
        for (int i = 0; i < dense.Length; i++) dense[i] = random.NextDouble() < density ? random.NextSingle() - 0.5f : 0;
        return Of("large", inputs, [Dense("wide", SparseMatrix.FromDense(outputs, inputs, dense), new float[outputs], Activation.Relu)]);
    }

    /// <summary>The text of <paramref name="network"/> below its two first lines.</summary>
    public static string Body(Network network)
    {
        string text = ModelWriter.ToText(network);
        return text[(text.IndexOf('\n', text.IndexOf('\n') + 1) + 1)..];
    }

    private static DenseLayer Dense(string name, SparseMatrix weights, float[] biases, Activation activation) =>
        new(name, weights, new FloatVector(biases), activation);

    private static SparseMatrix Shared(int rows, int columns, float[] dense, float[] codebook)
    {
        SparseMatrix own = SparseMatrix.FromDense(rows, columns, dense);
        return new SparseMatrix(rows, columns, own.RawRowStarts, own.RawColumnIndices, own.RawValues, new FloatVector(codebook));
    }

    private static SparseMatrix Weights(Random random, int rows, int columns)
    {
        if (random.Next(3) != 0) return SparseMatrix.FromDense(rows, columns, Sparse(random, rows * columns));
        float[] codebook = [.. new SortedSet<float>(Sparse(random, 1 + random.Next(9)).Append(1f)).Where(value => value != 0)];
        var dense = new float[rows * columns];
        for (int i = 0; i < dense.Length; i++) dense[i] = random.Next(2) == 0 ? 0 : codebook[random.Next(codebook.Length)];
        return Shared(rows, columns, dense, codebook);
    }

    private static float[] Sparse(Random random, int length)
    {
        int zeros = random.Next(11);
        float[] values = Numbers(random, length);
        for (int i = 0; i < length; i++)
        {
            if (random.Next(10) < zeros) values[i] = 0;
        }

        return values;
    }

    private static float[] Numbers(Random random, int length)
    {
        var values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = random.Next(8) switch
            {
                0 => -0f,
                1 => float.Epsilon * random.Next(1, 1000),
                2 => -float.MaxValue,
                _ => random.NextSingle() - 0.5f,
            };
        }

        return values;
    }
}
