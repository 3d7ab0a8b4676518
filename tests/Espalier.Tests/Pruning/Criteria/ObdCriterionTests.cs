using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Curvature;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Criteria;

public sealed class ObdCriterionTests
{
    public static TheoryData<CurvatureKind> Kinds => [.. Enum.GetValues<CurvatureKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_score_is_half_the_size_of_the_curvature_times_the_squared_weight(CurvatureKind kind)
    {
        PruningContext context = Context(PruningRun.Dense());
        double[][] curvature = WeightCurvature.Diagonal(context, kind);
        float[][] scores = new ObdCriterion(kind).Score(context);
        for (int i = 0; i < scores.Length; i++)
        {
            float[] weights = context.Network.PrunableParameters[i].Values;
            for (int j = 0; j < weights.Length; j++)
            {
                Assert.Equal(0.5 * Math.Abs(curvature[i][j]) * weights[j] * weights[j], scores[i][j], 1e-7 * scores[i][j]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Where_the_loss_is_a_square_at_its_minimum_the_prediction_is_what_happens(CurvatureKind kind)
    {
        // A linear layer that fits its targets exactly; weights of different outputs share no term of the squared error.
        TrainableNetwork network = TrainableNetwork.Perceptron("line", Shape.Flat(6), [3], Activation.Identity, Activation.Identity, 5);
        Parameter weights = network.PrunableParameters[0];
        foreach (int small in new[] { 0, 7, 14 }) weights.Values[small] *= 0.01f;
        (float[] inputs, _) = DerivativeProblem.Samples(network, 40);
        var line = new DoubleNetwork(network);
        double[] targets = [.. inputs.Chunk(6).SelectMany(sample => line.Forward(Array.ConvertAll(sample, value => (double)value)))];
        Dataset data = Dataset.Regression("line", Shape.Flat(6), inputs, Array.ConvertAll(targets, y => (float)y), 3);
        var options = new PruningOptions { Criterion = new ObdCriterion(kind) };
        PruningLog log = new Pruner(network, data, null, LossKind.MeanSquaredError, options).Run(PruningTarget.Count(15));
        Assert.Equal([0, 7, 14], Enumerable.Range(0, 18).Where(i => weights.Mask![i] == Parameter.Removed));
        PruningRound round = Assert.Single(log.Rounds);
        Assert.Equal(round.ActualLossChange!.Value, round.PredictedLossChange!.Value, 1e-4 * round.ActualLossChange.Value);
        Assert.InRange(round.ActualLossChange.Value, 1e-7, 1e-2);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rescaling_rectified_layers_or_units_leaves_scores_alone_but_not_magnitudes(CurvatureKind kind)
    {
        TrainableNetwork given = DerivativeProblem.Network([7, 6, 4], Activation.Relu, Activation.Softmax);
        float[][] scores = new ObdCriterion(kind).Score(Samples(given)), magnitudes = new MagnitudeCriterion().Score(Samples(given));

        // Powers of two: nothing is rounded differently, so that the bits must agree.
        TrainableNetwork layers = given.Clone();
        for (int unit = 0; unit < 7; unit++) ScaleUnit(layers, 0, unit, 8);
        TrainableNetwork units = given.Clone();
        for (int unit = 0; unit < 6; unit += 2) ScaleUnit(units, 1, unit, 0.25f);
        foreach (TrainableNetwork scaled in (TrainableNetwork[])[layers, units])
        {
            Assert.Equal(scores, new ObdCriterion(kind).Score(Samples(scaled)));
            Assert.NotEqual(Ranking(magnitudes), Ranking(new MagnitudeCriterion().Score(Samples(scaled))));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_a_blank_input_feeds_or_a_removed_weight_hides_is_worth_nothing(CurvatureKind kind)
    {
        TrainableNetwork network = DerivativeProblem.Network([7, 4], Activation.Relu, Activation.Softmax);
        (float[] inputs, float[] targets) = DerivativeProblem.Samples(network, 20);
        for (int i = 2; i < inputs.Length; i += 6) inputs[i] = 0;
        Parameter last = network.PrunableParameters[1];
        last.Freeze([.. last.Values.Select((_, i) => i % 7 == 3 ? Parameter.Removed : Parameter.Live)]);
        var context = new PruningContext(
            network, Dataset.Regression("blank", network.InputShape, inputs, targets, 4), LossKind.CategoricalCrossEntropy);
        float[] scores = new ObdCriterion(kind).Score(context)[0];
        for (int i = 0; i < scores.Length; i++)
        {
            bool isDead = i % 6 == 2 || i / 6 == 3;
            Assert.Equal(isDead, scores[i] == 0);
        }

        Removal removal = new ObdCriterion(kind).Remove(context, new RemovalBudget(network.LiveWeightCount - 12, PruningScope.Global));
        Assert.Equal((0f, 0.0), (removal.Threshold, removal.PredictedLossChange));
    }

    [Fact]
    public void Fewer_patterns_are_drawn_by_the_seed()
    {
        PruningContext context = Context(PruningRun.Dense());
        float[][] all = new ObdCriterion().Score(context), some = new ObdCriterion { Patterns = 100 }.Score(context);
        Assert.Equal(some, new ObdCriterion { Patterns = 100 }.Score(context));
        Assert.NotEqual(some, new ObdCriterion { Patterns = 100, Seed = 2 }.Score(context));
        Assert.NotEqual(some, all);
        Assert.InRange(some[0].Sum() / all[0].Sum(), 0.5, 2);
        Assert.Equal(all, new ObdCriterion { Patterns = context.Train.Count }.Score(context));
        var error = Assert.Throws<EspalierException>(() => new ObdCriterion { Patterns = -1 }.Score(context));
        Assert.Contains("-1 patterns", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_exact_diagonal_refuses_bent_hidden_layers_and_leaves_the_network_as_it_was()
    {
        TrainableNetwork network = DerivativeProblem.Network([7, 4], Activation.Tanh, Activation.Softmax);
        uint[][] before = TrainingData.Bits(network);
        var error = Assert.Throws<EspalierException>(() =>
            new ObdCriterion(CurvatureKind.Exact).Remove(Samples(network), new RemovalBudget(30, PruningScope.Global)));
        Assert.Contains("'fc1' is Tanh", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(before, TrainingData.Bits(network));
    }

    [Fact]
    public void A_cancelled_removal_removes_nothing()
    {
        TrainableNetwork network = PruningRun.Dense();
        Assert.Throws<OperationCanceledException>(() =>
            new ObdCriterion().Remove(Context(network), new RemovalBudget(30, PruningScope.Global), new CancellationToken(canceled: true)));
        Assert.Equal(network.WeightCount, network.LiveWeightCount);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rounds_with_retraining_log_the_prediction_beside_what_happened(CurvatureKind kind)
    {
        TrainableNetwork network = PruningRun.Dense();
        var options = new PruningOptions { Criterion = new ObdCriterion(kind), Rounds = 4, Retraining = PruningRun.Training(epochs: 4) };
        PruningLog log = new Pruner(network, PruningRun.Train, null, LossKind.CategoricalCrossEntropy, options)
            .Run(PruningTarget.Fraction(0.4));
        PruningRun.CheckLog(log, network);
        PruningRun.CheckRemoved(network);
        Assert.All(log.Rounds, round =>
        {
            Assert.True(round.PredictedLossChange > 0);
            Assert.Equal(round.AfterPruning!.Loss - round.Before!.Loss, round.ActualLossChange);
        });
        Assert.InRange(log.After.Loss, 0, 1.1 * log.Before.Loss);
    }

    private static PruningContext Context(TrainableNetwork network) => new(network, PruningRun.Train, LossKind.CategoricalCrossEntropy);

    private static PruningContext Samples(TrainableNetwork network) =>
        new(network, DerivativeProblem.Data(network, 30), LossKind.CategoricalCrossEntropy);

    private static void ScaleUnit(TrainableNetwork network, int layer, int unit, float factor)
    {
        var own = (TrainableDense)network.Layers[layer];
        var next = (TrainableDense)network.Layers[layer + 1];
        own.Biases.Values[unit] *= factor;
        foreach (ref float weight in own.Weights.Values.AsSpan(unit * own.Weights.Columns, own.Weights.Columns)) weight *= factor;
        for (int i = unit; i < next.Weights.Values.Length; i += next.Weights.Columns) next.Weights.Values[i] /= factor;
    }

    private static int[] Ranking(float[][] scores)
    {
        float[] all = [.. scores.SelectMany(layer => layer)];
        int[] order = [.. Enumerable.Range(0, all.Length)];
        Array.Sort(order, (a, b) => (all[a], a).CompareTo((all[b], b)));
        return order;
    }
}
