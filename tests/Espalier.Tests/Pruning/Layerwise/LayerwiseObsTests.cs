using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Layerwise;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;
using MathNet.Numerics.LinearAlgebra;

namespace Espalier.Tests.Pruning.Layerwise;

public sealed class LayerwiseObsTests
{
    private static readonly Dataset s_data = LayerwiseData.Inputs(300, 14, 1, dead: [3]);

    [Fact]
    public void Sensitivities_are_the_real_rise_of_the_error_when_all_others_move()
    {
        TrainableNetwork network = LayerwiseData.Network(14, [6, 2], 2);
        double[] sensitivities =
            LayerwiseObs.Sensitivities(network, LayerHessian.ComputeAll(network, s_data, damping: 0))[0];
        Matrix<double> hessian = LayerwiseData.FirstHessian(s_data, 0);
        hessian[3, 3] = 1e-30;
        for (int i = 0; i < sensitivities.Length; i++)
        {
            double loss = LayerwiseData.BestWithout(hessian, LayerwiseData.Row(network, 0, i / 14), [i % 14]).Loss;
            Assert.Equal(loss, sensitivities[i], 1e-10 * (1 + loss));
        }
    }

    [Fact]
    public void The_static_form_does_what_the_authors_program_does()
    {
        TrainableNetwork network = LayerwiseData.Network(14, [6, 2], 2), pruned = network.Clone();
        int[] keep = [30, 7];
        Removal removal = new LayerwiseObs { Damping = 0 }.Remove(Context(pruned), RemovalBudget.PerLayer(keep));
        Assert.Equal(keep, pruned.PrunableParameters.Select(layer => layer.LiveCount));
        PruningRun.CheckRemoved(pruned);

        // Step by step: sort once, move the whole column, put zeros back.
        Matrix<double> hessian = LayerwiseData.FirstHessian(s_data, 0);
        hessian[3, 3] = 1;
        Matrix<double> inverse = hessian.Inverse();
        Vector<double>[] rows = [.. Enumerable.Range(0, 6).Select(row => LayerwiseData.Row(network, 0, row))];
        double Sensitivity(int i) => i % 14 == 3 ? 0 : Math.Pow(rows[i / 14][i % 14], 2) / inverse[i % 14, i % 14] / 2;
        int[] order = [.. Enumerable.Range(0, 84).OrderBy(Sensitivity)];
        double highest = Sensitivity(order[53]);
        foreach (int i in order[..54])
        {
            Vector<double> row = rows[i / 14];
            row -= inverse.Column(i % 14) * (row[i % 14] / inverse[i % 14, i % 14]);
            foreach (int gone in order[..(Array.IndexOf(order, i) + 1)].Where(gone => gone / 14 == i / 14)) row[gone % 14] = 0;
            rows[i / 14] = row;
        }

        for (int row = 0; row < 6; row++) Assert.True((LayerwiseData.Row(pruned, 0, row) - rows[row]).InfinityNorm() < 1e-5);
        Assert.InRange((double)removal.Threshold!, highest, double.MaxValue);
    }

    [Fact]
    public void Recomputed_after_each_deletion_it_is_ExactObs()
    {
        TrainableNetwork network = LayerwiseData.Network(14, [6, 2], 2), exact = network.Clone();
        new LayerwiseObs { Interval = 1 }.Remove(Context(network), RemovalBudget.PerLayer([30, 7]));
        new ExactObs { FitsSequentially = false }.Remove(Context(exact), RemovalBudget.PerLayer([30, 7]));
        for (int i = 0; i < network.Parameters.Count; i++)
        {
            Assert.Equal(exact.Parameters[i].Mask, network.Parameters[i].Mask);
            for (int j = 0; j < exact.Parameters[i].Values.Length; j++)
            {
                Assert.Equal(exact.Parameters[i].Values[j], network.Parameters[i].Values[j], 1e-5);
            }
        }
    }

    [Fact]
    public void The_oftener_it_is_recomputed_the_smaller_the_error()
    {
        Dataset data = LayerwiseData.Inputs(800, 60, 1);
        double[] errors = [Error(0), Error(150), Error(40)];
        Assert.True(errors[0] > 1.1 * errors[1] && errors[1] > errors[2], string.Join(" ", errors));

        double Error(int interval)
        {
            TrainableNetwork dense = LayerwiseData.Network(60, [10, 2], 3), pruned = dense.Clone();
            new LayerwiseObs { Interval = interval }.Remove(Context(pruned, data), RemovalBudget.PerLayer([150, 20]));
            return NetworkErrorBound.Measure(dense, pruned, data).Layers[0].SumsError;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Within_tolerances_it_removes_all_that_is_less_sensitive_and_nothing_else(int interval)
    {
        TrainableNetwork network = LayerwiseData.Network(14, [6, 2], 2), pruned = network.Clone();
        IReadOnlyList<LayerHessian> hessians = LayerHessian.ComputeAll(network, s_data);
        IReadOnlyList<double[]> sensitivities = LayerwiseObs.Sensitivities(network, hessians);
        var method = new LayerwiseObs { Interval = interval };
        Removal removal = method.RemoveWithin(Context(pruned), [0.4, 0]);
        Assert.InRange(pruned.PrunableParameters[0].LiveCount, 10, 70);
        Assert.Equal(12, pruned.PrunableParameters[1].LiveCount);
        Assert.InRange((double)removal.Threshold!, 0, 0.16);
        if (interval == 0)
        {
            uint[] mask = pruned.PrunableParameters[0].Mask!;
            for (int i = 0; i < mask.Length; i++) Assert.Equal(Math.Sqrt(sensitivities[0][i]) > 0.4, mask[i] == Parameter.Live);
        }
        else
        {
            // Recomputed, what is left is above the tolerance by its own inverse.
            uint[][] before = TrainingData.Bits(pruned);
            Matrix<double> hessian = LayerwiseData.FirstHessian(s_data, hessians[0].Groups[0].Damping);
            hessian[3, 3] = 1;
            for (int row = 0; row < 6; row++)
            {
                int[] gone = LayerwiseData.Gone(pruned, 0, row);
                Vector<double> weights = LayerwiseData.Row(pruned, 0, row);
                foreach (int i in Enumerable.Range(0, 14).Except(gone))
                {
                    int[] stay = [.. Enumerable.Range(0, 15).Except(gone)];
                    double inverse = Matrix<double>.Build.Dense(stay.Length, stay.Length, (a, b) => hessian[stay[a], stay[b]]).Inverse()
                        [Array.IndexOf(stay, i), Array.IndexOf(stay, i)];
                    Assert.True(Math.Sqrt(weights[i] * weights[i] / inverse / 2) > 0.4 * 0.999);
                }
            }

            Assert.Equal(before, TrainingData.Bits(pruned));
        }
    }

    [Fact]
    public void It_prunes_in_rounds_with_light_retraining()
    {
        TrainableNetwork network = PruningRun.Dense();
        var options = new PruningOptions
        {
            Criterion = new LayerwiseObs(), Rounds = 3, Scope = PruningScope.PerLayer, Retraining = PruningRun.Training(1),
        };
        var pruner = new Pruner(network, PruningRun.Train, PruningRun.Validation, LossKind.CategoricalCrossEntropy, options);
        PruningLog log = pruner.Run(PruningTarget.Count(40));
        Assert.Equal(3, log.Rounds.Count);
        PruningRun.CheckLog(log, network);
        PruningRun.CheckRemoved(network);
    }

    [Fact]
    public void Bad_tolerances_and_intervals_are_refused_and_nothing_changes()
    {
        TrainableNetwork network = LayerwiseData.Network(14, [6, 2], 2);
        uint[][] before = TrainingData.Bits(network);
        Assert.Throws<EspalierException>(() => new LayerwiseObs().RemoveWithin(Context(network), [0.1, -1]));
        Assert.Throws<EspalierException>(() => new LayerwiseObs().RemoveWithin(Context(network), [double.NaN, 1]));
        Assert.Throws<ArgumentException>(() => new LayerwiseObs().RemoveWithin(Context(network), [0.1]));
        var negative = new LayerwiseObs { Interval = -1 };
        Assert.Throws<EspalierException>(() => negative.Remove(Context(network), RemovalBudget.PerLayer([30, 7])));
        Assert.Equal(before, TrainingData.Bits(network));
    }

    private static PruningContext Context(TrainableNetwork network, Dataset? data = null) =>
        new(network, data ?? s_data, LossKind.MeanSquaredError);
}
