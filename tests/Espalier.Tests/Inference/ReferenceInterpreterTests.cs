using Espalier.Compilation.Model;
using Espalier.Inference;

namespace Espalier.Tests.Inference;

public sealed class ReferenceInterpreterTests
{
    [Fact]
    public void Xor_by_hand()
    {
        // h = step-like (a or b, not both), o = both hidden units: 20 is steep enough for four digits.
        var network = new Network("xor", Shape.Flat(2), new EquatableArray<Layer>(
        [
            Layer("hidden", 2, [20, 20, -20, -20], [-10, 30], Activation.Sigmoid), Layer("out", 2, [20, 20], [-30], Activation.Sigmoid),
        ]), default);
        float[][] inputs = [[0, 0], [0, 1], [1, 0], [1, 1]];
        Assert.Equal([0f, 1f, 1f, 0f], inputs.Select(input => MathF.Round(RandomNetworks.Interpret(network, input)[0], 3)));
    }

    [Fact]
    public void Terms_are_dealt_to_four_partial_sums_in_the_order_of_columns()
    {
        // With the bias 2^24 the order decides which small terms survive: 1 is lost when added to 2^24, 4 times over when terms go one by
        // one.
        float[] weights = [1, 1, 1, 1, 1, 1, 1, 1];
        Network network = Single(8, weights, 16777216f);
        float expected = ((16777216f + 1f + 1f) + (1f + 1f)) + ((1f + 1f) + (1f + 1f));
        Assert.Equal(expected, RandomNetworks.Interpret(network, [1, 1, 1, 1, 1, 1, 1, 1])[0]);
        Assert.NotEqual(16777216f, expected);
    }

    [Fact]
    public void A_row_without_terms_yields_its_bias_to_the_bit()
    {
        RandomNetworks.AssertSameBits([-0f], RandomNetworks.Interpret(Single(2, [0, 0], -0f), [1, 2]), "bias");
    }

    [Fact]
    public void Partial_sums_that_no_term_reaches_do_not_turn_minus_zero_into_plus_zero() =>
        RandomNetworks.AssertSameBits([-0f], RandomNetworks.Interpret(Single(2, [1, 0], -0f), [-0f, 5]), "one term");

    [Fact]
    public void A_stored_zero_is_no_weight()
    {
        var matrix = new SparseMatrix(1, 2, [0, 2], [0, 1], [0f, 3f]);
        var layer = new DenseLayer("l", matrix, new FloatVector([1]), Activation.Identity);
        var network = new Network("n", Shape.Flat(2), new EquatableArray<Layer>([layer]), default);
        Assert.Equal(7f, RandomNetworks.Interpret(network, [float.PositiveInfinity, 2])[0]);
    }

    [Fact]
    public void The_output_may_be_the_input()
    {
        float[] values = [1, 2];
        new ReferenceInterpreter(new Network("n", Shape.Flat(2), new EquatableArray<Layer>(
            [Layer("l", 2, [0, 1, 1, 0], [0, 0], Activation.Identity)]), default)).Predict(values, values);
        Assert.Equal([2f, 1f], values);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(0, 0)]
    public void Wrong_lengths_are_named(int inputLength, int outputLength)
    {
        var interpreter = new ReferenceInterpreter(Single(2, [1, 1], 0));
        ArgumentException error =
            Assert.Throws<ArgumentException>(() => interpreter.Predict(new float[inputLength], new float[outputLength]));
        Assert.Equal($"The input has {inputLength} values and the output {outputLength}; 2 and 1 are needed.", error.Message);
    }

    [Fact]
    public void A_faulty_network_is_refused() => Assert.Throws<ArgumentException>(
        () => new ReferenceInterpreter(Single(2, [1, 1], 0) with { InputShape = Shape.Flat(3) }));

    private static DenseLayer Layer(string name, int inputs, float[] weights, float[] biases, Activation activation) =>
        new(name, SparseMatrix.FromDense(biases.Length, inputs, weights), new FloatVector(biases), activation);

    private static Network Single(int inputs, float[] weights, float bias) =>
        new("n", Shape.Flat(inputs), new EquatableArray<Layer>([Layer("l", inputs, weights, [bias], Activation.Identity)]), default);
}
