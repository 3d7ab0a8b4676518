using Espalier.Compilation.Model;
using Espalier.Inference;

namespace Espalier.Tests.Inference;

public sealed class RoundingBoundTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(30)]
    [InlineData(1000)]
    public void Sums_in_any_order_fused_or_not_keep_within_the_bound(int length)
    {
        var random = new SeededRandom((ulong)length);
        float[] weights = Normals(random, length);
        BoundedOutputs expected = default!;
        double largest = 0;
        for (int trial = 0; trial < 300; trial++)
        {
            float[] input = Normals(random, length);
            expected = new RoundingBound(Single(weights, 0.5f, Activation.Identity)).For(input);
            int[] order = [.. Enumerable.Range(0, length)];
            random.Shuffle(order.AsSpan());
            float fused = 0.5f, apart = 0;
            foreach (int i in order)
            {
                fused = MathF.FusedMultiplyAdd(weights[i], input[i], fused);
                apart += weights[i] * input[i];
            }

            largest = Math.Max(largest, Math.Max(expected.BoundShare([fused]), expected.BoundShare([apart + 0.5f])));
        }

        Assert.InRange(largest, 0, 1);
    }

    [Fact]
    public void The_exact_sum_is_within_the_bound_and_one_weight_off_by_a_thousandth_is_not()
    {
        var random = new SeededRandom(5);
        float[] weights = Normals(random, 300), input = Normals(random, 300);
        BoundedOutputs expected = new RoundingBound(Single(weights, 0, Activation.Identity)).For(input);
        double exact = weights.Zip(input, (w, x) => (double)w * x).Sum();
        Assert.InRange(expected.BoundShare([(float)exact]), 0, 1);

        double[] sizes = [.. weights.Zip(input, (w, x) => Math.Abs((double)w * x))];
        weights[Array.IndexOf(sizes, sizes.Max())] *= 1.001f;
        float[] changed = RandomNetworks.Interpret(Single(weights, 0, Activation.Identity), input);
        Assert.True(expected.BoundShare(changed) > 1, $"{expected.BoundShare(changed)}");
    }

    [Theory]
    [InlineData(ActivationKind.Relu)]
    [InlineData(ActivationKind.LeakyRelu)]
    [InlineData(ActivationKind.Elu)]
    [InlineData(ActivationKind.Selu)]
    [InlineData(ActivationKind.Sigmoid)]
    [InlineData(ActivationKind.Tanh)]
    [InlineData(ActivationKind.Softmax)]
    [InlineData(ActivationKind.ClippedRelu)]
    [InlineData(ActivationKind.Softplus)]
    [InlineData(ActivationKind.Gelu)]
    [InlineData(ActivationKind.GeluTanh)]
    [InlineData(ActivationKind.Silu)]
    [InlineData(ActivationKind.HardSwish)]
    public void A_sum_that_is_off_by_its_bound_moves_the_outputs_by_no_more_than_theirs(ActivationKind kind)
    {
        var activation = new Activation(kind);
        if (activation.HasParameter) activation = activation with { Alpha = 1.7f };
        var random = new SeededRandom(8);
        float[] rows = Normals(random, 5 * 40), biases = Normals(random, 5);
        Network Of(Activation last, float[] b) => new("n", Shape.Flat(40), new EquatableArray<Layer>(
            [new DenseLayer("l", SparseMatrix.FromDense(5, 40, rows), new FloatVector(b), last)]), default);
        for (int trial = 0; trial < 200; trial++)
        {
            float[] input = Normals(random, 40);
            BoundedOutputs sums = new RoundingBound(Of(Activation.Identity, biases)).For(input);
            float[] moved = [.. sums.Values];
            for (int i = 0; i < moved.Length; i++) moved[i] += (float)((random.NextDouble() < 0.5 ? 0.9 : -0.9) * sums.Bounds[i]);
            Network onlyActivation = new("a", Shape.Flat(5), new EquatableArray<Layer>(
                [new DenseLayer("l", SparseMatrix.FromDense(5, 5, Identity(5)), new FloatVector(new float[5]), activation)]), default);
            float[] actual = RandomNetworks.Interpret(onlyActivation, moved);
            Assert.InRange(new RoundingBound(Of(activation, biases)).For(input).BoundShare(actual), 0, 1);
        }
    }

    [Fact]
    public void Ordinary_networks_have_bounds_of_a_few_dozen_ulps()
    {
        Network network = RandomNetworks.Classifier(3, 0.1, 784, 300, 100, 10);
        float[] input = Normals(new SeededRandom(1), 784);
        BoundedOutputs expected = new RoundingBound(network with { Layers = new EquatableArray<Layer>([network.Layers[0]]) }).For(input);
        var layer = (DenseLayer)network.Layers[0];
        for (int row = 0; row < 300; row++)
        {
            double size = Math.Abs(layer.Biases[row]);
            for (int i = layer.Weights.RowStart(row); i < layer.Weights.RowStart(row + 1); i++)
            {
                size += Math.Abs(layer.Weights.Value(i) * input[layer.Weights.ColumnIndex(i)]);
            }

            Assert.InRange(expected.Bounds[row], 0, 100 * size / (1 << 24) + 1e-40);
        }
    }

    [Fact]
    public void What_depends_on_a_nan_must_be_nan_and_what_does_not_is_right_or_nan()
    {
        float nan = float.NaN;
        var layer = new DenseLayer("l", SparseMatrix.FromDense(2, 2, [1, 0, 0, 1]), new FloatVector([0, 0]), Activation.Identity);
        BoundedOutputs expected = new RoundingBound(
            new Network("n", Shape.Flat(2), new EquatableArray<Layer>([layer]), default)).For([nan, 3]);
        Assert.Equal(0, expected.BoundShare([nan, 3]));
        Assert.Equal(0, expected.BoundShare([nan, nan]));
        Assert.Equal(double.PositiveInfinity, expected.BoundShare([1, 3]));
        Assert.True(expected.BoundShare([nan, 3.1f]) > 1);
    }

    [Fact]
    public void Without_a_nan_or_an_infinity_no_output_may_be_nan() => Assert.Equal(
        double.PositiveInfinity, new RoundingBound(Single([1f, 2f], 0, Activation.Tanh)).For([1, 1]).BoundShare([float.NaN]));

    [Fact]
    public void Nothing_is_promised_where_a_sum_may_overflow()
    {
        BoundedOutputs expected = new RoundingBound(Single([1f, -1f, 1f], 0, Activation.Tanh)).For([3e38f, 3e38f, 3e38f]);
        Assert.Equal(double.PositiveInfinity, expected.Bounds[0]);
        Assert.Equal(0, expected.BoundShare([float.NaN]));
    }

    [Fact]
    public void A_length_that_does_not_fit_is_refused()
    {
        var bound = new RoundingBound(Single([1f, 2f], 0, Activation.Tanh));
        Assert.Throws<ArgumentException>(() => bound.For([1]));
        Assert.Throws<ArgumentException>(() => bound.For([1, 2]).BoundShare([1, 2]));
    }

    private static float[] Normals(SeededRandom random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)random.NextNormal())];

    private static float[] Identity(int n)
    {
        var matrix = new float[n * n];
        for (int i = 0; i < n; i++) matrix[i * n + i] = 1;
        return matrix;
    }

    private static Network Single(float[] weights, float bias, Activation activation)
    {
        var layer = new DenseLayer("l", SparseMatrix.FromDense(1, weights.Length, weights), new FloatVector([bias]), activation);
        return new Network("n", Shape.Flat(weights.Length), new EquatableArray<Layer>([layer]), default);
    }
}
