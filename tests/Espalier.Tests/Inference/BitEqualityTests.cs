using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;

namespace Espalier.Tests.Inference;

/// <summary>Scalar generated code against the interpreter, to the bit, on random networks: the test that everything rests on.</summary>
[Trait("Category", "Width")]
public sealed class BitEqualityTests
{
    private const int NetworkCount = 120, InputCount = 6;

    private static readonly LoweringOptions s_scalar = new() { Widths = VectorWidth.Scalar };

    private static readonly LoweringOptions[] s_options =
    [
        s_scalar,
        s_scalar with { Kernel = KernelKind.Unrolled },
        s_scalar with { Kernel = KernelKind.Unrolled, MethodTerms = 9 },
        s_scalar with { Kernel = KernelKind.Table },
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_networks_give_the_bits_of_the_interpreter(int optionsIndex)
    {
        var random = new SeededRandom((ulong)(100 + optionsIndex));
        var set = new CompiledSet(
            Enumerable.Range(0, NetworkCount).Select(i => (RandomNetworks.Next(random, $"N{i}"), s_options[optionsIndex])));
        Assert.Contains(set.Entries, entry => entry.Lowered.FoldedUnits > 0);
        Assert.Contains(set.Entries, entry => entry.Lowered.LayerCount < entry.Given.Layers.Length);
        if (optionsIndex == 2) Assert.Contains(set.Entries, entry => entry.Lowered.Widest.Methods.Any(part => part.IsPiece));
        foreach (CompiledSet.Entry entry in set.Entries)
        {
            for (int i = 0; i < InputCount; i++)
            {
                AssertEqual(entry.Given, entry.Lowered, entry.Predict, RandomNetworks.Input(random, entry.Lowered.Header.InputLength));
            }
        }
    }

    [Fact]
    public void Long_rows_and_wide_layers_give_the_bits_of_the_interpreter()
    {
        var random = new SeededRandom(7);
        Network network = RandomNetworks.Classifier(8, 0.5, 2500, 3, 40, 5);
        foreach (LoweringOptions options in s_options)
        {
            using var compiled = CompiledNetwork.Compile(network, new CompileOptions { Lowering = options });
            AssertEqual(network, compiled.Lowered, compiled.Predict, RandomNetworks.Input(random, 2500));
        }
    }

    [Theory]
    [InlineData(KernelKind.Unrolled)]
    [InlineData(KernelKind.Table)]
    public void More_than_65536_columns_work(KernelKind kernel)
    {
        var matrix = new SparseMatrix(2, 70_000, [0, 5, 6], [0, 1, 65_535, 65_536, 69_999, 3], [1, 2, 3, 4, 5, 6]);
        var network = new Network("wide", Shape.Flat(70_000), new EquatableArray<Layer>(
            [new DenseLayer("l", matrix, new FloatVector([0.5f, -1]), Activation.Tanh)]), default);
        using var compiled = CompiledNetwork.Compile(network, new CompileOptions { Lowering = s_scalar with { Kernel = kernel } });
        AssertEqual(network, compiled.Lowered, compiled.Predict, RandomNetworks.Input(new SeededRandom(1), 70_000));
    }

    [Fact]
    public void Permuting_the_output_units_permutes_the_outputs()
    {
        var random = new SeededRandom(9);
        Network network = RandomNetworks.Classifier(10, 0.3, 20, 12, 6);
        var layer = (DenseLayer)network.Layers[1];
        int[] order = [3, 0, 5, 1, 4, 2];
        float[] dense = layer.Weights.ToDense();
        var permuted = layer with
        {
            Weights = SparseMatrix.FromDense(6, 12, [.. order.SelectMany(row => dense.Skip(row * 12).Take(12))]),
            Biases = new FloatVector([.. order.Select(row => layer.Biases[row])]),
            Activation = Activation.Sigmoid,
        };
        Network left = network with { Layers =
            new EquatableArray<Layer>([network.Layers[0], layer with { Activation = Activation.Sigmoid }]) };
        Network right = network with { Layers = new EquatableArray<Layer>([network.Layers[0], permuted]) };
        var options = new CompileOptions { Lowering = s_scalar };
        using CompiledNetwork compiledLeft = CompiledNetwork.Compile(left, options),
            compiledRight = CompiledNetwork.Compile(right, options);
        float[] input = RandomNetworks.Input(random, 20), outputLeft = new float[6], outputRight = new float[6];
        compiledLeft.Predict(input, outputLeft);
        compiledRight.Predict(input, outputRight);
        RandomNetworks.AssertSameBits([.. order.Select(row => outputLeft[row])], outputRight, "permuted");
    }

    private static void AssertEqual(Network original, LoweredNetwork lowered, PlanMethods.PredictMethod predict, float[] input)
    {
        var actual = new float[lowered.Header.OutputLength];
        predict(input, actual);
        RandomNetworks.AssertSameBits(
            RandomNetworks.Interpret(lowered.Network, input), actual, $"{original.Name} against the lowered network");
        if (!lowered.SumsRegrouped)
        {
            RandomNetworks.AssertSameBits(
                RandomNetworks.Interpret(original, input), actual, $"{original.Name} against the original network");
        }
    }
}
