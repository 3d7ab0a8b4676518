using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Tests.Shared;

namespace Espalier.Tests.Inference;

/// <summary><c>PredictBatch</c> of generated code against the reference interpreter, at every register width.</summary>
public sealed class BatchPredictionTests
{
    /// <summary>Larger than any tile of samples, with all remainders of all of them below.</summary>
    private const int MostSamples = 70;

    /// <summary>The widths that are asked for; code for one that the processor lacks predicts one by one.</summary>
    public static TheoryData<VectorWidth> Widths => [.. Enum.GetValues<VectorWidth>()];

    public static TheoryData<VectorWidth, string> Activations
    {
        get
        {
            var data = new TheoryData<VectorWidth, string>();
            foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
            {
                foreach (ActivationKind kind in Enum.GetValues<ActivationKind>()) data.Add(width, kind.ToString());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Any_number_of_samples_lies_within_the_bound_of_its_sums(VectorWidth width)
    {
        // 401 inputs make several tiles; 2 and 3 have no group of four, 5 has one that reaches back.
        foreach (int inputs in new[] { 2, 3, 5, 401 })
        {
            DenseLayer layer = Layer("out", inputs, 7, 0.4, Activation.Identity, seed: inputs);
            using CompiledNetwork compiled = Compile(width, layer);
            for (int count = 0; count <= MostSamples; count++)
            {
                AssertWithinBound(layer, compiled, Values(count * inputs, seed: count), count);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void Every_activation_inside_and_at_the_end_agrees_with_the_interpreter(VectorWidth width, string activation)
    {
        Activation kind = ActivationOf(Enum.Parse<ActivationKind>(activation));
        Network network = NetworkOf(
            Layer("first", 23, 17, 0.3, kind, seed: 1),
            Layer("second", 17, 9, 0.5, kind, seed: 2),
            Layer("third", 9, 6, 0.8, kind, seed: 3));
        AssertAgrees(network, width, 16, 17, 64, 67);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Networks_by_chance_agree_with_the_interpreter(VectorWidth width)
    {
        for (int seed = 0; seed < 12; seed++)
        {
            int[] sizes = [.. Enumerable.Range(0, 2 + seed % 4).Select(i => 1 + (seed * 37 + i * 53) % 90)];
            double density = 0.1 + 0.1 * seed % 0.9;
            DenseLayer[] layers = [.. Enumerable.Range(0, sizes.Length - 1).Select(i =>
                Layer($"layer{i}", sizes[i], sizes[i + 1], density, i % 2 == 0 ? Activation.Relu : Activation.Tanh, seed + i))];
            AssertAgrees(NetworkOf(layers), width, 33, 130);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Rows_without_weights_give_their_bias(VectorWidth width)
    {
        var weights = SparseMatrix.FromDense(5, 6, [.. Enumerable.Repeat(0f, 6), 1, 0, 0, 0, 0, 2, .. Enumerable.Repeat(0f, 18)]);
        var layer = new DenseLayer("out", weights, new FloatVector([1, 2, 3, 4, 5]), Activation.Identity);
        using CompiledNetwork compiled = Compile(width, layer);

        float[] outputs = Predict(compiled, Enumerable.Repeat(1f, 6 * 65).ToArray());

        for (int sample = 0; sample < 65; sample++) Assert.Equal([1, 5, 3, 4, 5], outputs[(5 * sample)..(5 * sample + 5)]);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void More_columns_than_a_short_index_can_name_are_fine(VectorWidth width)
    {
        const int Inputs = 70_000;
        DenseLayer layer = Layer("out", Inputs, 3, 0.01, Activation.Identity, seed: 1);
        using CompiledNetwork compiled = Compile(width, layer);
        AssertWithinBound(layer, compiled, Values(66 * Inputs, seed: 5), 66);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Odd_values_in_one_sample_touch_no_other_sample_and_only_what_depends_on_them(VectorWidth width)
    {
        const int Inputs = 12, Outputs = 5, Count = 67, Odd = 30;
        DenseLayer layer = Layer("out", Inputs, Outputs, 0.4, Activation.Identity, seed: 4);
        using CompiledNetwork compiled = Compile(width, layer);
        float[] inputs = Values(Count * Inputs, seed: 6), expected = Predict(compiled, inputs);
        foreach (float odd in new[] { float.NaN, float.PositiveInfinity })
        {
            for (int input = 0; input < Inputs; input++)
            {
                float[] changed = [.. inputs];
                changed[Odd * Inputs + input] = odd;
                float[] actual = Predict(compiled, changed);
                for (int i = 0; i < actual.Length; i++)
                {
                    bool depends = i / Outputs == Odd && Weight(layer.Weights, i % Outputs, input) != 0;
                    if (depends) Assert.False(float.IsFinite(actual[i]));
                    else Assert.Equal(expected[i], actual[i]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_sample_in_a_whole_tile_gives_the_same_bits_wherever_it_stands(VectorWidth width)
    {
        using CompiledNetwork compiled = Compile(
            width, Layer("a", 40, 30, 0.3, Activation.Relu, 1), Layer("b", 30, 10, 0.6, Activation.Softmax, 2));
        const int Count = 128;
        float[] inputs = Values(Count * 40, seed: 1), outputs = Predict(compiled, inputs);
        float[] turned = [.. Enumerable.Range(0, Count).SelectMany(i => inputs[((Count - 1 - i) * 40)..((Count - i) * 40)])];

        float[] turnedOutputs = Predict(compiled, turned);

        for (int i = 0; i < Count; i++)
        {
            RandomNetworks.AssertSameBits(outputs.AsSpan(i * 10, 10), turnedOutputs.AsSpan((Count - 1 - i) * 10, 10), $"sample {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Nothing_is_allocated_after_the_first_call(VectorWidth width)
    {
        foreach (int inputs in new[] { 10, 500 })
        {
            using CompiledNetwork compiled = Compile(
                width, Layer("a", inputs, 60, 0.3, Activation.Relu, 1), Layer("b", 60, 10, 0.6, Activation.Softmax, 2));
            float[] x = Values(100 * inputs, seed: 1), y = new float[100 * 10];
            Allocation.AssertNoneAfterFirst(() =>
            {
                for (int i = 0; i < 20; i++) compiled.PredictBatch(x, y);
            });
        }
    }

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        using CompiledNetwork compiled = CompiledNetwork.Compile(
            NetworkOf(Layer("a", 500, 200, 0.1, Activation.Relu, 1), Layer("b", 200, 10, 0.5, Activation.Softmax, 2)));
        float[][] inputs = [.. Enumerable.Range(0, 8).Select(i => Values(96 * 500, seed: i))];
        float[][] expected = [.. inputs.Select(x => Predict(compiled, x))];

        var options = new ParallelOptions { MaxDegreeOfParallelism = 4 };
        Parallel.For(0, 80, options, i => Assert.Equal(expected[i % 8], Predict(compiled, inputs[i % 8])));
    }

    private static void AssertAgrees(Network network, VectorWidth width, params int[] counts)
    {
        using var compiled = CompiledNetwork.Compile(network, Options(width));
        foreach (int count in counts)
        {
            int inputs = network.InputShape.Length, outputs = network.OutputShape.Length;
            float[] x = Values(count * inputs, seed: count), y = Predict(compiled, x);
            for (int i = 0; i < count; i++)
            {
                float[] expected = RandomNetworks.Interpret(network, x[(i * inputs)..((i + 1) * inputs)]);
                Deviation deviation = Deviation.Between(y.AsSpan(i * outputs, outputs), expected);
                Assert.True(deviation.MaxRel < 1e-5, $"{count} samples, sample {i}: {deviation}");
            }
        }
    }

    /// <summary>
    /// However n products are summed, with or without fusing, the error is at most (n + 1) u / (1 - (n + 1) u) times the sum of their
    /// magnitudes, u = 2^-24 (Higham, Accuracy and Stability of Numerical Algorithms, 3.1).
    /// </summary>
    private static void AssertWithinBound(DenseLayer layer, CompiledNetwork compiled, float[] x, int count)
    {
        SparseMatrix weights = layer.Weights;
        float[] y = Predict(compiled, x);
        for (int sample = 0; sample < count; sample++)
        {
            for (int row = 0; row < weights.Rows; row++)
            {
                double sum = layer.Biases[row], magnitude = Math.Abs(sum);
                for (int i = weights.RowStart(row); i < weights.RowStart(row + 1); i++)
                {
                    double product = (double)weights.Value(i) * x[sample * weights.Columns + weights.ColumnIndex(i)];
                    sum += product;
                    magnitude += Math.Abs(product);
                }

                double bound = (weights.RowCount(row) + 2) * Math.Pow(2, -24) * magnitude;
                Assert.InRange(y[sample * weights.Rows + row], sum - bound, sum + bound);
            }
        }
    }

    private static float[] Predict(CompiledNetwork compiled, float[] inputs)
    {
        var outputs = new float[inputs.Length / compiled.InputLength * compiled.OutputLength];
        Array.Fill(outputs, float.MaxValue);
        compiled.PredictBatch(inputs, outputs);
        return outputs;
    }

    private static CompiledNetwork Compile(VectorWidth width, params DenseLayer[] layers) =>
        CompiledNetwork.Compile(NetworkOf(layers), Options(width));

    private static CompileOptions Options(VectorWidth width) => new() { Lowering = new LoweringOptions { Widths = width } };

    private static Network NetworkOf(params DenseLayer[] layers) =>
        new("net", Shape.Flat(layers[0].Weights.Columns), new EquatableArray<Layer>(layers), default);

    private static Activation ActivationOf(ActivationKind kind) => kind switch
    {
        ActivationKind.Identity => Activation.Identity,
        ActivationKind.Relu => Activation.Relu,
        ActivationKind.LeakyRelu => Activation.LeakyRelu(0.1f),
        ActivationKind.Elu => Activation.Elu(0.5f),
        ActivationKind.Selu => Activation.Selu,
        ActivationKind.Sigmoid => Activation.Sigmoid,
        ActivationKind.Tanh => Activation.Tanh,
        ActivationKind.Softmax => Activation.Softmax,
        ActivationKind.ClippedRelu => Activation.ClippedRelu(0.4f),
        ActivationKind.Softplus => Activation.Softplus,
        ActivationKind.Gelu => Activation.Gelu,
        ActivationKind.GeluTanh => Activation.GeluTanh,
        ActivationKind.Silu => Activation.Silu,
        ActivationKind.HardSwish => Activation.HardSwish,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "An activation that this test does not know."),
    };

    /// <summary>A layer of random weights; of so many inputs its sums stay about as large as they are.</summary>
    private static DenseLayer Layer(string name, int inputs, int outputs, double density, Activation activation, int seed)
    {
        var random = new SeededRandom((ulong)seed);
        double scale = 1 / Math.Sqrt(Math.Max(1, density * inputs));
        var starts = new int[outputs + 1];
        var columns = new List<int>();
        var values = new List<float>();
        for (int row = 0; row < outputs; row++)
        {
            for (int column = 0; column < inputs; column++)
            {
                if (random.NextDouble() >= density) continue;
                columns.Add(column);
                values.Add((float)(scale * random.NextNormal()));
            }

            starts[row + 1] = columns.Count;
        }

        return new DenseLayer(
            name, new SparseMatrix(outputs, inputs, starts, [.. columns], [.. values]), new FloatVector(Values(outputs, seed)), activation);
    }

    private static float[] Values(int count, int seed)
    {
        var random = new SeededRandom((ulong)seed + 100);
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float)random.NextNormal();
        return values;
    }

    private static float Weight(SparseMatrix weights, int row, int column) => weights.ToDense()[row * weights.Columns + column];
}
