using Espalier.Compilation.Model;
using Espalier.Inference;

namespace Espalier.Tests.Inference;

/// <summary>Networks and inputs by chance, with the odd cases far more often than life has them.</summary>
internal static class RandomNetworks
{
    private static readonly int[] s_sizes = [1, 1, 2, 3, 4, 5, 7, 8, 17, 33, 60];
    private static readonly double[] s_densities = [0, 0.02, 0.1, 0.1, 0.3, 0.3, 0.7, 1];

    /// <summary>A network of one to five layers of any activation, with empty rows, dead units and stored zeros among them.</summary>
    public static Network Next(SeededRandom random, string name)
    {
        int depth = 1 + random.Next(5);
        int[] sizes = [.. Enumerable.Range(0, depth + 1).Select(_ => Pick(random, s_sizes))];
        if (random.Next(6) == 0) sizes[0] = 400;
        return Of(random, name, sizes, (_, _) => Pick(random, s_densities), _ => NextActivation(random));
    }

    /// <summary>A network of the given sizes at one density, ReLU inside and softmax at the end.</summary>
    public static Network Classifier(ulong seed, double density, params int[] sizes) => Of(
        new SeededRandom(seed), "net", sizes, (_, _) => density, layer => layer == sizes.Length - 2 ? Activation.Softmax : Activation.Relu);

    /// <summary>An input whose values are mostly ordinary, with zeros of both signs, tiny and large ones.</summary>
    public static float[] Input(SeededRandom random, int length)
    {
        var input = new float[length];
        for (int i = 0; i < length; i++) input[i] = NextValue(random, 0.2);
        return input;
    }

    /// <summary>The network with samples whose outputs the interpreter gave.</summary>
    public static Network WithSamples(Network network, SeededRandom random, int count)
    {
        var interpreter = new ReferenceInterpreter(network);
        return network with
        {
            Samples = new EquatableArray<Sample>(Enumerable.Range(0, count).Select(_ =>
            {
                float[] input = Input(random, network.InputShape.Length), output = new float[network.OutputShape.Length];
                interpreter.Predict(input, output);
                return Sample.FromDense(input, output);
            })),
        };
    }

    /// <summary>What the interpreter gives for one input.</summary>
    public static float[] Interpret(Network network, float[] input)
    {
        var output = new float[network.OutputShape.Length];
        new ReferenceInterpreter(network).Predict(input, output);
        return output;
    }

    /// <summary>Fails unless the bits are the same; which bits a NaN has is left open.</summary>
    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string where)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i])
                || (float.IsNaN(expected[i]) && float.IsNaN(actual[i]));
            Assert.True(same, $"{where}: output {i} is {actual[i]:R}, expected {expected[i]:R}.");
        }
    }

    private static Network Of(SeededRandom random, string name, int[] sizes, Func<int, int, double> density,
        Func<int, Activation> activation)
    {
        var layers = new Layer[sizes.Length - 1];
        for (int i = 0; i < layers.Length; i++)
        {
            double rate = density(sizes[i], sizes[i + 1]);
            var biases = new float[sizes[i + 1]];
            for (int j = 0; j < biases.Length; j++) biases[j] = NextValue(random, 0.1);
            layers[i] = new DenseLayer(
                $"layer{i}", Matrix(random, sizes[i + 1], sizes[i], rate), new FloatVector(biases), activation(i));
        }

        return new Network(name, Shape.Flat(sizes[0]), new EquatableArray<Layer>(layers), default);
    }

    internal static SparseMatrix Matrix(SeededRandom random, int rows, int columns, double density)
    {
        var starts = new int[rows + 1];
        var indices = new List<int>();
        var values = new List<float>();
        for (int row = 0; row < rows; row++)
        {
            bool isEmpty = random.Next(10) == 0;
            for (int column = 0; column < columns && !isEmpty; column++)
            {
                if (random.NextDouble() >= density) continue;
                indices.Add(column);
                values.Add(random.Next(30) == 0 ? 0f : NextValue(random, 0.02));
            }

            starts[row + 1] = indices.Count;
        }

        return new SparseMatrix(rows, columns, starts, [.. indices], [.. values]);
    }

    internal static float NextValue(SeededRandom random, double oddness)
    {
        if (random.NextDouble() >= oddness) return (float)random.NextNormal();
        return random.Next(5) switch
        {
            0 => 0f,
            1 => -0f,
            2 => 1e-41f * random.Next(100),
            3 => 30f * (float)random.NextNormal(),
            _ => -1f,
        };
    }

    internal static Activation NextActivation(SeededRandom random) => random.Next(8) switch
    {
        0 => Activation.Identity,
        1 => Activation.Relu,
        2 => Activation.LeakyRelu(0.1f * random.Next(20)),
        3 => Activation.Elu(0.5f + random.Next(3)),
        4 => Activation.Selu,
        5 => Activation.Sigmoid,
        6 => Activation.Tanh,
        _ => Activation.Softmax,
    };

    private static T Pick<T>(SeededRandom random, T[] items) => items[random.Next(items.Length)];
}
