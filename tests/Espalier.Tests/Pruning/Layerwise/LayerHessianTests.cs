using Espalier.Data;
using Espalier.Pruning.Layerwise;
using Espalier.Training;
using MathNet.Numerics.LinearAlgebra;

namespace Espalier.Tests.Pruning.Layerwise;

public sealed class LayerHessianTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_is_the_mean_of_outer_products_whatever_the_number_of_threads(int threads)
    {
        // 600 samples are more than a batch, 21 inputs and 13 units no multiples of a tile.
        Dataset data = LayerwiseData.Inputs(600, 21, 1, dead: [0, 20]);
        TrainableNetwork network = LayerwiseData.Network(21, [13, 2], 2);
        IReadOnlyList<LayerHessian> hessians = LayerHessian.ComputeAll(network, data, damping: 0.01, threads);
        double ridge = 0.01 * Enumerable.Range(1, 19).Average(i => LayerwiseData.FirstHessian(data, 0)[i, i]);
        double[] expected = LayerwiseData.FirstHessian(data, ridge).ToRowMajorArray();
        Assert.Equal(ridge, hessians[0].Groups[0].Damping, 1e-12);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], hessians[0].Groups[0].Matrix[i], 1e-12);
        Assert.Equal([0, 20], Enumerable.Range(0, 21).Where(hessians[0].Groups[0].IsDead));
        Assert.Equal(["fc1", "fc2"], hessians.Select(hessian => hessian.LayerName));
        Assert.Equal([21, 13], hessians.Select(hessian => hessian.Inputs));
        Assert.Equal(
            LayerHessian.ComputeAll(network, data, 0.01, threads: 1)[1].Groups[0].Matrix.ToArray(), hessians[1].Groups[0].Matrix.ToArray());
    }

    [Fact]
    public void The_inverse_is_one()
    {
        TrainableNetwork network = LayerwiseData.Network(30, [2], 2);
        UnitHessian hessian = LayerHessian.ComputeAll(network, LayerwiseData.Inputs(200, 30, 1, dead: [4]))[0].Groups[0];
        double[] matrix = hessian.Matrix.ToArray();
        matrix[4 * 31 + 4] = 1;
        Matrix<double> product = Matrix<double>.Build.DenseOfRowMajor(31, 31, matrix)
            * Matrix<double>.Build.DenseOfRowMajor(31, 31, hessian.Inverse);
        Assert.True((product - Matrix<double>.Build.DenseIdentity(31)).Enumerate().Max(Math.Abs) < 1e-10);
    }

    [Fact]
    public void Moments_of_two_sequences_are_the_mean_of_outer_products()
    {
        float[] x = LayerwiseData.Inputs(150, 9, 1).Inputs, y = LayerwiseData.Inputs(150, 17, 2).Inputs;
        using var engine = new Espalier.Training.Kernels.ComputeEngine(2);
        var sum = new MomentSum(engine.Team, 9, 17);
        sum.Add(x, y, 150);
        double[] mean = sum.Mean();
        for (int i = 0; i < 10; i++)
        {
            for (int j = 0; j < 18; j++)
            {
                double expected = Enumerable.Range(0, 150).Average(s => (i < 9 ? x[s * 9 + i] : 1.0) * (j < 17 ? y[s * 17 + j] : 1.0));
                Assert.Equal(expected, mean[i * 18 + j], 1e-12);
            }
        }
    }

    [Fact]
    public void Singular_moments_get_one_clear_error_and_damping_mends_it()
    {
        // Ten samples cannot tell twenty inputs apart.
        Dataset data = LayerwiseData.Inputs(10, 20, 1);
        TrainableNetwork network = LayerwiseData.Network(20, [2], 2);
        string message = Assert.Throws<EspalierException>(() => LayerwiseData.Traces(network, data)).Message;
        Assert.Contains("'fc1'", message, StringComparison.Ordinal);
        Assert.Contains("singular", message, StringComparison.Ordinal);
        Assert.Contains("damping", message, StringComparison.Ordinal);
        Assert.Equal(40, ExactObsTrace.ComputeAll(network, data, damping: 1e-3)[0].Most);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Impossible_dampings_are_refused(double damping) => Assert.Throws<EspalierException>(() =>
        LayerHessian.ComputeAll(LayerwiseData.Network(5, [2], 2), LayerwiseData.Inputs(50, 5, 1), damping));
}
