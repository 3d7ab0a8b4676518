using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Layerwise;
using Espalier.Tests.Training;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Layerwise;

public sealed class NetTrimTests
{
    private static readonly Dataset s_data = TrainingData.Clouds(120, 1);
    private static readonly TrainableNetwork s_dense = TrainDense();

    [Theory]
    [InlineData(NetTrimForm.Parallel)]
    [InlineData(NetTrimForm.Cascade)]
    public void Outputs_stay_within_the_bound_with_fewer_weights_of_a_smaller_norm(NetTrimForm form)
    {
        TrainableNetwork network = s_dense.Clone();

        IReadOnlyList<NetTrimLayer> layers = NetTrim.Prune(network, s_data, new NetTrimOptions { Form = form, Epsilon = 0.1 });

        Assert.Equal(3, layers.Count);
        for (int i = 0; i < layers.Count; i++)
        {
            NetTrimLayer layer = layers[i];
            Assert.Equal(network.PrunableParameters[i].LiveCount, layer.After);
            Assert.Equal(network.PrunableParameters[i].Values.Sum(value => Math.Abs((double)value)), layer.NormAfter, 1e-3);
            Assert.InRange(layer.NormAfter, 0, layer.NormBefore * (1 + 1e-6));
            Assert.InRange(layer.Discrepancy, 1e-6, layer.Bound * (1 + 1e-3));
        }

        Assert.True(network.LiveWeightCount < 0.8 * s_dense.WeightCount, $"{network.LiveWeightCount} of {s_dense.WeightCount}");
        PruningRun.CheckRemoved(network);
    }

    [Fact]
    public void More_slack_makes_smaller_norms_and_none_makes_none()
    {
        double[] norms = [.. new[] { 0, 0.03, 0.1, 0.3 }.Select(epsilon =>
            NetTrim.Prune(s_dense.Clone(), s_data, new NetTrimOptions { Epsilon = epsilon }).Sum(layer => layer.NormAfter))];

        for (int i = 1; i < norms.Length; i++) Assert.True(norms[i] < norms[i - 1], string.Join(" ", norms));
    }

    [Fact]
    public void Every_unit_keeps_its_constraints()
    {
        double[] inputs = Inputs();
        var layer = (TrainableDense)s_dense.Layers[0];
        var units = new NetTrimUnits(layer, inputs, s_data.Count, isLinear: false);
        var program = new NetTrimProgram(inputs, s_data.Count, 6);
        var options = new NetTrimOptions { Epsilon = 0.1, MaxIterations = 20_000, Tolerance = 1e-7 };
        double[] solution = new double[6], sums = new double[s_data.Count];
        for (int unit = 0; unit < layer.Weights.Rows; unit++)
        {
            NetTrimConstraint constraint = units.Constraint(program, unit, isFirst: true, options);
            double[] dense = [.. layer.Weights.Values.Skip(unit * 5).Take(5).Select(value => (double)value), layer.Biases.Values[unit]];

            program.Solve(dense, [true, true, true, true, true, true], constraint, options, solution);

            program.Multiply(solution, sums);
            Assert.InRange(constraint.Distance(sums), 0, constraint.Radius + 1e-4);
            Assert.InRange(constraint.Overshoot(sums), 0, 1e-4);
        }
    }

    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(2, 0.1)]
    [InlineData(3, 0.02)]
    public void The_solution_is_the_best_of_all_that_are_allowed(ulong seed, double epsilon)
    {
        // Two weights and a bias: for each pair of weights on a fine grid, the biases that are allowed are an interval in closed form.
        const int Count = 25;
        var random = new SeededRandom(seed);
        double[] inputs = [.. Enumerable.Range(0, Count * 3).Select(i => i % 3 == 2 ? 1 : random.NextNormal())];
        double[] dense = [random.NextNormal(), 0.3 * random.NextNormal(), 0.2];
        var program = new NetTrimProgram(inputs, Count, 3);
        var targets = new double[Count];
        program.Multiply(dense, targets);
        for (int i = 0; i < Count; i++) targets[i] = Math.Max(0, targets[i]);
        bool[] isActive = [.. targets.Select(target => target > 0)];
        var constraint = new NetTrimConstraint(
            targets, isActive, new double[Count], epsilon * Math.Sqrt(targets.Sum(target => target * target)));
        var solution = new double[3];

        program.Solve(dense, [true, true, true], constraint, new NetTrimOptions { MaxIterations = 50_000, Tolerance = 1e-9 }, solution);

        double best = double.PositiveInfinity;
        const double Step = 1.0 / 300;
        for (double first = -3; first <= 3; first += Step)
        {
            for (double second = -3; second <= 3; second += Step)
            {
                if (Math.Abs(first) + Math.Abs(second) < best && IsAllowed(first, second)) best = Math.Abs(first) + Math.Abs(second);
            }
        }

        Assert.Equal(best, Math.Abs(solution[0]) + Math.Abs(solution[1]), 4 * Step);
        Assert.True(best < Math.Abs(dense[0]) + Math.Abs(dense[1]) - 4 * Step);

        bool IsAllowed(double first, double second)
        {
            double sum = 0, squares = 0, ceiling = double.PositiveInfinity;
            int active = 0;
            for (int i = 0; i < Count; i++)
            {
                double gap = targets[i] - first * inputs[3 * i] - second * inputs[3 * i + 1];
                if (!isActive[i])
                {
                    ceiling = Math.Min(ceiling, gap);
                    continue;
                }

                (sum, squares, active) = (sum + gap, squares + gap * gap, active + 1);
            }

            // Of active b^2 - 2 sum b + squares <= eps^2, the smaller root has to be below the ceiling.
            double root = sum * sum - active * (squares - constraint.Radius * constraint.Radius);
            return root >= 0 && (sum - Math.Sqrt(root)) / active <= ceiling;
        }
    }

    [Fact]
    public void Weights_that_were_removed_stay_removed()
    {
        TrainableNetwork network = s_dense.Clone();
        Parameter first = network.PrunableParameters[0];
        uint[] mask = [.. first.Values.Select((_, i) => i % 3 == 0 ? Parameter.Removed : Parameter.Live)];
        first.Freeze(mask);

        NetTrim.Prune(network, s_data, new NetTrimOptions { Epsilon = 0.2 });

        for (int i = 0; i < mask.Length; i += 3) Assert.Equal(Parameter.Removed, first.Mask![i]);
        PruningRun.CheckRemoved(network);
    }

    [Fact]
    public void A_cancelled_run_leaves_the_network_as_it_was()
    {
        TrainableNetwork network = s_dense.Clone();
        using var source = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(
            () => NetTrim.Prune(network, s_data, progress: new Immediate<double>(_ => source.Cancel()), cancellation: source.Token));

        Assert.Equal(TrainingData.Bits(s_dense), TrainingData.Bits(network));
    }

    [Fact]
    public void Hidden_layers_without_ReLU_and_options_out_of_range_are_refused()
    {
        TrainableNetwork network = TrainableNetwork.Perceptron("tanh", Shape.Flat(5), [4, 3], Activation.Tanh, Activation.Softmax, 1);

        Assert.Contains("Tanh", Assert.Throws<EspalierException>(() => NetTrim.Prune(network, s_data)).Message, StringComparison.Ordinal);
        Assert.Contains("Epsilon", Assert.Throws<EspalierException>(
            () => NetTrim.Prune(s_dense.Clone(), s_data, new NetTrimOptions { Epsilon = 1 })).Message, StringComparison.Ordinal);
    }

    private static double[] Inputs() =>
        [.. Enumerable.Range(0, s_data.Count).SelectMany(i => s_data.Input(i).ToArray().Select(value => (double)value).Append(1))];

    private static TrainableNetwork TrainDense()
    {
        TrainableNetwork network = TrainableNetwork.Perceptron(
            "clouds", Shape.Flat(5), [24, 12, 3], Activation.Relu, Activation.Softmax, 1);
        new Trainer(network, s_data, null, PruningRun.Training(epochs: 20)).Run();
        return network;
    }
}
