using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Units;
using Espalier.Pruning.Units.Criteria;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Units;

public sealed class UnitCriterionTests
{
    [Theory]
    [InlineData(ActivationKind.Sigmoid, LossKind.MeanSquaredError)]
    [InlineData(ActivationKind.Tanh, LossKind.CategoricalCrossEntropy)]
    [InlineData(ActivationKind.Relu, LossKind.CategoricalCrossEntropy)]
    public void Brute_force_is_the_change_that_a_whole_new_evaluation_finds(ActivationKind kind, LossKind loss)
    {
        TrainableNetwork network = UnitRun.Trained(new Activation(kind), loss);
        double[][] scores = new BruteForceCriterion().Score(UnitRun.Context(network, loss), withInputs: true);
        Assert.Equal([5, 7, 6], scores.Select(layer => layer.Length));
        for (int layer = 0; layer < 3; layer++)
        {
            for (int unit = 0; unit < scores[layer].Length; unit++)
            {
                double expected = UnitRun.SwitchOff(network, loss, layer, unit);
                Assert.InRange(scores[layer][unit], expected - 2e-6, expected + 2e-6);
            }
        }

        Assert.Contains(scores[2], score => Math.Abs(score) > 1e-3);
    }

    [Fact]
    public void Brute_force_with_means_is_the_change_that_folding_them_makes()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid);
        PruningContext context = UnitRun.Context(network);
        double[][] scores = new BruteForceCriterion(foldMeans: true).Score(context);
        double before = UnitRun.Loss(network, context.Loss);
        UnitMoments moments = UnitMoments.Measure(context, new UnitLayers(network), withCovariances: false, CancellationToken.None);
        for (int layer = 1; layer < 3; layer++)
        {
            for (int unit = 0; unit < scores[layer].Length; unit++)
            {
                TrainableNetwork without = network.Clone();
                var id = new UnitId(layer, unit);
                Assert.True(new UnitLayers(without).TryAbsorb(id, null, 0, moments.Means(id)));
                double expected = UnitRun.Loss(without, context.Loss) - before;
                Assert.InRange(scores[layer][unit], expected - 2e-6, expected + 2e-6);
            }
        }
    }

    [Fact]
    public void Scores_do_not_depend_on_the_batches()
    {
        // 700 samples are two batches, one of them not full; 350 twice are the same samples, so the same means.
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid);
        Dataset half = UnitRun.Clouds.Subset("half", [.. Enumerable.Range(0, 350)]);
        Dataset twice = UnitRun.Clouds.Subset("twice", [.. Enumerable.Range(0, 350), .. Enumerable.Range(0, 350)]);
        foreach (UnitCriterionEntry entry in UnitCriterionCatalog.All.Where(entry => entry.Name != "apoz"))
        {
            double[][] once = entry.Create().Score(new PruningContext(network, half, LossKind.CategoricalCrossEntropy));
            double[][] both = entry.Create().Score(new PruningContext(network, twice, LossKind.CategoricalCrossEntropy));
            foreach ((double first, double second) in once.SelectMany(layer => layer).Zip(both.SelectMany(layer => layer)))
            {
                Assert.InRange(second, first - 1e-6, first + 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(ActivationKind.Sigmoid, LossKind.MeanSquaredError)]
    [InlineData(ActivationKind.Sigmoid, LossKind.CategoricalCrossEntropy)]
    public void Second_order_comes_nearer_to_the_truth_the_less_a_unit_says(ActivationKind kind, LossKind loss)
    {
        // The loss as a function of one unit's output is smooth: the error of the series is of third order in the unit's share, that of
        // the slope alone of second order. With softmax or beyond the last layer the recursion drops mixed derivatives, of second order
        // too.
        foreach (int layer in (int[])[2, 1])
        {
            bool isExact = layer == 2 && loss == LossKind.MeanSquaredError;
            foreach ((TaylorOrder order, double least) in
                ((TaylorOrder, double)[])[(TaylorOrder.First, 3), (TaylorOrder.Second, isExact ? 6 : 3)])
            {
                double coarse = Miss(0.1f), fine = Miss(0.05f);
                Assert.InRange(coarse / fine, least, isExact && order == TaylorOrder.Second ? 10 : 5.5);

                double Miss(float scale)
                {
                    TrainableNetwork network = UnitRun.Trained(new Activation(kind), loss);
                    Parameter weights = network.PrunableParameters[layer];
                    for (int row = 0; row < weights.Rows; row++) weights.Values[row * weights.Columns + 1] *= scale;
                    double predicted = new TaylorCriterion(order).Score(UnitRun.Context(network, loss))[layer][1];
                    return Math.Abs(predicted - UnitRun.SwitchOff(network, loss, layer, 1));
                }
            }
        }
    }

    [Fact]
    public void Second_order_is_the_truth_in_the_limit_and_the_first_nearly()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid, LossKind.MeanSquaredError);
        Parameter weights = network.PrunableParameters[2];
        for (int i = 0; i < weights.Values.Length; i++) weights.Values[i] *= 0.02f;
        double[] first = new TaylorCriterion(TaylorOrder.First).Score(UnitRun.Context(network, LossKind.MeanSquaredError))[2];
        double[] second = new TaylorCriterion(TaylorOrder.Second).Score(UnitRun.Context(network, LossKind.MeanSquaredError))[2];
        for (int unit = 0; unit < second.Length; unit++)
        {
            double truth = UnitRun.SwitchOff(network, LossKind.MeanSquaredError, 2, unit);
            Assert.InRange(second[unit], truth - 1e-3 * Math.Abs(truth) - 1e-8, truth + 1e-3 * Math.Abs(truth) + 1e-8);
            Assert.InRange(Math.Abs(first[unit] - truth), Math.Abs(second[unit] - truth), 0.2 * Math.Abs(truth) + 1e-6);
        }
    }

    [Theory]
    [InlineData(LossKind.MeanSquaredError)]
    [InlineData(LossKind.CategoricalCrossEntropy)]
    public void First_order_is_the_slope_of_the_loss_by_a_factor_on_the_outgoing_weights(LossKind loss)
    {
        // Scaling a unit's outgoing weights by 1 + t scales its output: -O dE/dO is minus the derivative by t at 0.
        const double Step = 1e-5;
        TrainableNetwork network = UnitRun.Trained(Activation.Tanh, loss);
        double[][] scores = new TaylorCriterion(TaylorOrder.First).Score(UnitRun.Context(network, loss), withInputs: true);
        for (int layer = 0; layer < 3; layer++)
        {
            int columns = scores[layer].Length, rows = network.Layers[layer].OutputShape.Length;
            for (int unit = 0; unit < columns; unit++)
            {
                double expected = (Scaled(1 - Step) - Scaled(1 + Step)) / (2 * Step);
                Assert.InRange(scores[layer][unit], expected - 1e-6, expected + 1e-6);

                double Scaled(double factor) => UnitRun.Loss(network, loss, oracle =>
                {
                    for (int row = 0; row < rows; row++) oracle.Parameter(2 * layer)[row * columns + unit] *= factor;
                });
            }
        }
    }

    [Fact]
    public void Apoz_counts_zeros()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Relu);
        double[][] scores = new ZeroActivationCriterion().Score(UnitRun.Context(network));
        Parameter weights = network.Parameters[0], biases = network.Parameters[1];
        Assert.Empty(scores[0]);
        for (int unit = 0; unit < 7; unit++)
        {
            int firing = 0;
            for (int i = 0; i < UnitRun.Clouds.Count; i++)
            {
                double sum = biases.Values[unit];
                for (int j = 0; j < 5; j++) sum += (double)weights.Values[unit * 5 + j] * UnitRun.Clouds.Input(i)[j];
                if (sum > 0) firing++;
            }

            Assert.Equal((double)firing / UnitRun.Clouds.Count, scores[1][unit], 9);
        }

        Assert.Contains(scores[1], score => score is > 0.1 and < 0.9);
    }

    [Fact]
    public void Output_norm_is_the_mean_magnitude_of_the_outgoing_weights()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Relu);
        double[][] scores = new OutputNormCriterion().Score(UnitRun.Context(network));
        Parameter weights = network.PrunableParameters[1];
        for (int unit = 0; unit < 7; unit++)
        {
            double expected = Enumerable.Range(0, 6).Average(row => Math.Abs((double)weights.Values[row * 7 + unit]));
            Assert.Equal(expected, scores[1][unit], 6);
        }
    }

    [Fact]
    public void Significance_is_relative_to_the_layers_living_units()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid);
        new UnitLayers(network).Remove(new UnitId(1, 3));
        double[][] scores = new SignificanceCriterion().Score(UnitRun.Context(network), withInputs: true);
        Assert.Equal(0, scores[1][3]);
        Assert.Equal([5.0, 6, 6], scores.Select(layer => Math.Round(layer.Sum(), 9)));

        var oracle = new DoubleNetwork(network);
        double[] significance = new double[5];
        for (int input = 0; input < 5; input++)
        {
            double mean = Enumerable.Range(0, UnitRun.Clouds.Count).Average(i => 1 / (1 + Math.Exp(-UnitRun.Clouds.Input(i)[input])));
            significance[input] = mean * Enumerable.Range(0, 7).Sum(row => Math.Abs(oracle.Parameter(0)[row * 5 + input]));
        }

        for (int input = 0; input < 5; input++) Assert.Equal(significance[input] / significance.Average(), scores[0][input], 5);
    }

    [Fact]
    public void Removed_units_score_0_and_others_are_scored_without_them()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Relu);
        UnitCriterion[] criteria = [.. UnitCriterionCatalog.All.Select(entry => entry.Create())];
        double[][][] before = Array.ConvertAll(criteria, criterion => criterion.Score(UnitRun.Context(network)));
        new UnitLayers(network).Remove(new UnitId(2, 4));
        for (int i = 0; i < criteria.Length; i++)
        {
            double[][] after = criteria[i].Score(UnitRun.Context(network));
            Assert.Equal(0, after[2][4]);
            if (criteria[i].PredictsLoss) Assert.NotEqual(before[i][1][0], after[1][0]);
        }
    }

    [Fact]
    public void Criteria_are_found_by_name_and_named_alike()
    {
        Assert.All(UnitCriterionCatalog.All, entry => Assert.Equal(entry.Name, UnitCriterionCatalog.Create(entry.Name).Name));
        var error = Assert.Throws<EspalierException>(() => UnitCriterionCatalog.Create("best"));
        Assert.Contains("brute-force", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_scored_is_refused()
    {
        PruningContext sigmoid = UnitRun.Context(UnitRun.Trained(Activation.Sigmoid));
        Assert.Contains("Sigmoid", Assert.Throws<EspalierException>(
            () => new ZeroActivationCriterion().Score(sigmoid)).Message, StringComparison.Ordinal);
        Assert.Contains("inputs", Assert.Throws<EspalierException>(
            () => new ZeroActivationCriterion().Score(sigmoid, withInputs: true)).Message, StringComparison.Ordinal);

        TrainableNetwork softmax = TrainableNetwork.Perceptron("s", Shape.Flat(5), [4, 3], Activation.Softmax, Activation.Softmax, 1);
        Assert.Contains("fc1", Assert.Throws<EspalierException>(
            () => new OutputNormCriterion().Score(UnitRun.Context(softmax))).Message, StringComparison.Ordinal);

        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => new BruteForceCriterion().Score(sigmoid, cancellation: source.Token));
    }
}
