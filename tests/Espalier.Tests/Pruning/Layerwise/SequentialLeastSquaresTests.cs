using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Layerwise;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;
using MathNet.Numerics.LinearAlgebra;

namespace Espalier.Tests.Pruning.Layerwise;

public sealed class SequentialLeastSquaresTests
{
    private static readonly Dataset s_data = LayerwiseData.Inputs(300, 10, 1);

    [Fact]
    public void Each_unit_is_the_regression_of_the_dense_sums_on_the_inputs_that_it_really_gets()
    {
        (TrainableNetwork dense, TrainableNetwork pruned) = Pruned();
        SequentialLeastSquares.Fit(pruned, dense, s_data, damping: 0);
        for (int layer = 0; layer < 2; layer++)
        {
            (double[][] real, double[][] wanted) = (InputsOf(pruned, layer), InputsOf(dense, layer));
            for (int row = 0; row < dense.Layers[layer].OutputShape.Length; row++)
            {
                Vector<double> target = LayerwiseData.Row(dense, layer, row), fitted = LayerwiseData.Row(pruned, layer, row);
                int[] stay = [.. Enumerable.Range(0, target.Count).Except(LayerwiseData.Gone(pruned, layer, row))];
                Matrix<double> x = Matrix<double>.Build.Dense(s_data.Count, stay.Length, (s, i) => real[s][stay[i]]);
                Vector<double> z = Vector<double>.Build.Dense(s_data.Count, s => Vector<double>.Build.Dense(wanted[s]) * target);
                Vector<double> solution = x.QR().Solve(z);
                for (int i = 0; i < stay.Length; i++) Assert.Equal(solution[i], fitted[stay[i]], 1e-4);
            }
        }
    }

    [Fact]
    public void Masks_stay_and_errors_fall()
    {
        (TrainableNetwork dense, TrainableNetwork pruned) = Pruned();
        uint[][] masks = [.. pruned.PrunableParameters.Select(layer => (uint[])layer.Mask!.Clone())];
        double before = NetworkErrorBound.Measure(dense, pruned, s_data).Error;
        SequentialLeastSquares.Fit(pruned, dense, s_data);
        Assert.Equal(masks, pruned.PrunableParameters.Select(layer => layer.Mask));
        PruningRun.CheckRemoved(pruned);
        Assert.InRange(NetworkErrorBound.Measure(dense, pruned, s_data).Error, 0, 0.9 * before);
    }

    [Fact]
    public void A_network_of_which_nothing_is_gone_stays_what_it_was()
    {
        TrainableNetwork dense = LayerwiseData.Network(10, [8, 2], 2), same = dense.Clone();
        SequentialLeastSquares.Fit(same, dense, s_data, damping: 0);
        Assert.InRange(NetworkErrorBound.Measure(dense, same, s_data).Error, 0, 1e-4);
    }

    [Fact]
    public void Networks_of_other_shapes_and_singular_systems_are_refused_and_nothing_changes()
    {
        (TrainableNetwork dense, TrainableNetwork pruned) = Pruned();
        uint[][] before = TrainingData.Bits(pruned);
        Assert.Throws<EspalierException>(() => SequentialLeastSquares.Fit(pruned, LayerwiseData.Network(10, [7, 2], 2), s_data));
        Assert.Throws<EspalierException>(() => SequentialLeastSquares.Fit(pruned, dense, LayerwiseData.Inputs(5, 10, 1), damping: 0));
        Assert.Equal(before, TrainingData.Bits(pruned));
    }

    private static (TrainableNetwork Dense, TrainableNetwork Pruned) Pruned()
    {
        TrainableNetwork dense = LayerwiseData.Network(10, [8, 2], 2), pruned = dense.Clone();
        var context = new PruningContext(pruned, s_data, LossKind.MeanSquaredError);
        new MagnitudeCriterion().Remove(context, new RemovalBudget(60, PruningScope.PerLayer));
        return (dense, pruned);
    }

    // What a layer reads, with the 1 of the bias, in double precision.
    private static double[][] InputsOf(TrainableNetwork network, int layer)
    {
        var values = new double[s_data.Count][];
        for (int s = 0; s < values.Length; s++)
        {
            double[] x = [.. s_data.Inputs[(s * 10)..((s + 1) * 10)].Select(value => (double)value), 1];
            for (int l = 0; l < layer; l++)
            {
                x = [.. Enumerable.Range(0, network.Layers[l].OutputShape.Length)
                    .Select(row => Math.Max(0, LayerwiseData.Row(network, l, row) * Vector<double>.Build.Dense(x))), 1];
            }

            values[s] = x;
        }

        return values;
    }
}
