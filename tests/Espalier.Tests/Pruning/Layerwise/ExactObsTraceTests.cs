using Espalier.Data;
using Espalier.Pruning.Layerwise;
using Espalier.Pruning.Patterns;
using Espalier.Tests.Training;
using Espalier.Training;
using MathNet.Numerics.LinearAlgebra;

namespace Espalier.Tests.Pruning.Layerwise;

public sealed class ExactObsTraceTests
{
    public static TheoryData<string> Patterns =>
        ["weights", "1x3", "1x4", "2of4"];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void The_losses_are_those_of_the_weights_that_come_out_and_no_weights_do_better(string name)
    {
        // More inputs than terms wait for each other, so that the inverse is compacted several times; one of them is dead.
        PruningPattern pattern = Pattern(name);
        Dataset data = LayerwiseData.Inputs(400, 90, 1, dead: [17]);
        TrainableNetwork dense = LayerwiseData.Network(90, [5, 2], 2);
        ExactObsTrace trace = LayerwiseData.Traces(dense, data, pattern)[0];
        Matrix<double> hessian = LayerwiseData.FirstHessian(data, 0);
        hessian[17, 17] = 1e-30;
        for (int keep = trace.Least; keep <= trace.Most; keep += 29)
        {
            TrainableNetwork pruned = dense.Clone();
            trace.Apply(pruned, keep);
            Assert.Equal(trace.Reached(keep), pruned.PrunableParameters[0].LiveCount);
            Assert.InRange(trace.Reached(keep), keep - (pattern is WeightBlocks ? pattern.Inputs : 1) + 1, keep);
            double loss = 0;
            for (int row = 0; row < 5; row++)
            {
                (double best, Vector<double> weights) =
                    LayerwiseData.BestWithout(hessian, LayerwiseData.Row(dense, 0, row), LayerwiseData.Gone(pruned, 0, row));
                loss += best;
                Assert.True((LayerwiseData.Row(pruned, 0, row) - weights).InfinityNorm() < 2e-6 * weights.InfinityNorm());
            }

            Assert.Equal(loss, trace.LossAt(keep), 1e-8 * loss + 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Greedy_deletions_are_hardly_worse_than_the_best_of_all_choices(string name)
    {
        PruningPattern pattern = Pattern(name);
        int equal = 0, all = 0;
        for (ulong seed = 1; seed <= 8; seed++)
        {
            Dataset data = LayerwiseData.Inputs(60, 12, seed, outputs: 1);
            TrainableNetwork network = LayerwiseData.Network(12, [1], seed);
            ExactObsTrace trace = LayerwiseData.Traces(network, data, pattern)[0];
            double[] best = BestLosses(LayerwiseData.FirstHessian(data, 0), LayerwiseData.Row(network, 0, 0), pattern);
            for (int keep = trace.Least; keep < 12; keep++)
            {
                if (double.IsInfinity(best[keep])) continue;
                double loss = trace.LossAt(keep);
                Assert.True(loss >= best[keep] * (1 - 1e-9), $"{loss} is better than the best, {best[keep]}.");
                all++;
                if (loss <= best[keep] * (1 + 1e-9)) equal++;

                // One step is no choice but the best.
                if (keep == 12 - (pattern is WeightBlocks ? pattern.Inputs : 1)) Assert.Equal(best[keep], loss, 1e-9 * loss);
            }
        }

        Assert.True(equal >= 0.6 * all, $"{equal} of {all} are the best.");
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        Dataset data = LayerwiseData.Inputs(300, 40, 3);
        TrainableNetwork one = LayerwiseData.Network(40, [30, 2], 4), three = one.Clone();
        IReadOnlyList<ExactObsTrace> first = ExactObsTrace.ComputeAll(one, data, threads: 1);
        IReadOnlyList<ExactObsTrace> second = ExactObsTrace.ComputeAll(three, data, threads: 3);
        Assert.Equal(Enumerable.Range(0, 1201).Select(first[0].LossAt), Enumerable.Range(0, 1201).Select(second[0].LossAt));
        first[0].Apply(one, 500);
        second[0].Apply(three, 500);
        Assert.Equal(TrainingData.Bits(one), TrainingData.Bits(three));
    }

    [Fact]
    public void Weights_that_are_gone_stay_gone_and_cost_nothing()
    {
        Dataset data = LayerwiseData.Inputs(300, 50, 5, outputs: 4);
        TrainableNetwork network = LayerwiseData.Network(50, [4], 6);
        LayerwiseData.Traces(network, data)[0].Apply(network, 90);
        uint[] mask = [.. network.PrunableParameters[0].Mask!];
        ExactObsTrace again = LayerwiseData.Traces(network, data)[0];
        Assert.Equal((0, 90, 0), (again.Least, again.Most, again.LossAt(90)));
        again.Apply(network, 40);
        Assert.Equal(40, network.LiveWeightCount);
        uint[] then = network.PrunableParameters[0].Mask!;
        for (int i = 0; i < mask.Length; i++) Assert.True(mask[i] == Parameter.Live || then[i] == Parameter.Removed);

        // From the first trace on, the loss of the second is another than nothing: the weights it starts from have moved already.
        double loss = 0;
        Matrix<double> hessian = LayerwiseData.FirstHessian(data, 0);
        TrainableNetwork start = LayerwiseData.Network(50, [4], 6);
        LayerwiseData.Traces(start, data)[0].Apply(start, 90);
        for (int row = 0; row < 4; row++)
        {
            loss += LayerwiseData.BestWithout(hessian, LayerwiseData.Row(start, 0, row), LayerwiseData.Gone(network, 0, row)).Loss;
        }

        Assert.Equal(loss, again.LossAt(40), 1e-6 * loss);
    }

    [Fact]
    public void A_trace_can_be_applied_again_with_more_weights_and_to_a_copy()
    {
        Dataset data = LayerwiseData.Inputs(200, 20, 7);
        TrainableNetwork network = LayerwiseData.Network(20, [6, 2], 8), copy = network.Clone(), other = network.Clone();
        ExactObsTrace trace = LayerwiseData.Traces(network, data)[0];
        trace.Apply(copy, 100);
        trace.Apply(other, 10);
        trace.Apply(other, 100);
        Assert.Equal(TrainingData.Bits(copy), TrainingData.Bits(other));
        trace.Apply(other, 120);
        Assert.Equal(TrainingData.Bits(network), TrainingData.Bits(other));
        Assert.Throws<ArgumentException>(() => trace.Apply(LayerwiseData.Network(19, [6, 2], 8), 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => trace.LossAt(121));
    }

    [Fact]
    public void Scaling_a_layer_and_the_next_one_back_changes_no_choice()
    {
        Dataset data = LayerwiseData.Inputs(300, 12, 9);
        TrainableNetwork network = LayerwiseData.Network(12, [10, 2], 10), scaled = network.Clone();
        foreach (Parameter parameter in scaled.Layers[0].Parameters)
        {
            for (int i = 0; i < parameter.Values.Length; i++) parameter.Values[i] *= 8;
        }

        for (int i = 0; i < 20; i++) scaled.PrunableParameters[1].Values[i] /= 8;
        foreach (TrainableNetwork one in (TrainableNetwork[])[network, scaled])
        {
            foreach (ExactObsTrace trace in ExactObsTrace.ComputeAll(one, data)) trace.Apply(one, trace.Most / 3);
        }

        for (int layer = 0; layer < 2; layer++) Assert.Equal(network.PrunableParameters[layer].Mask, scaled.PrunableParameters[layer].Mask);
    }

    [Fact]
    public void Progress_goes_from_nothing_to_all()
    {
        var reports = new List<double>();
        ExactObsTrace.ComputeAll(LayerwiseData.Network(20, [6, 2], 8), LayerwiseData.Inputs(200, 20, 7), threads: 1,
            progress: new Immediate<double>(reports.Add));
        Assert.Equal(8, reports.Count);
        Assert.Equal(reports.Order(), reports);
        Assert.Equal(1, reports[^1], 1e-9);
    }

    private static PruningPattern Pattern(string name) => name switch
    {
        "weights" => PruningPattern.Weights,
        "2of4" => PruningPattern.Balanced(2, 4),
        _ => PruningPattern.Blocks(1, name[^1] - '0'),
    };

    // The least loss at each number of weights, over all supports that the pattern allows.
    private static double[] BestLosses(Matrix<double> hessian, Vector<double> weights, PruningPattern pattern)
    {
        int inputs = weights.Count - 1, size = pattern.Inputs;
        double[] best = [.. Enumerable.Repeat(double.PositiveInfinity, inputs + 1)];
        for (int support = 0; support < 1 << inputs; support++)
        {
            int[] gone = [.. Enumerable.Range(0, inputs).Where(i => (support >> i & 1) == 0)];
            bool isAllowed = gone.GroupBy(i => i / size).All(group =>
                pattern is BalancedSlices balanced ? size - group.Count() >= balanced.Kept : group.Count() == size);
            if (!isAllowed) continue;
            int keep = inputs - gone.Length;
            best[keep] = Math.Min(best[keep], LayerwiseData.BestWithout(hessian, weights, gone).Loss);
        }

        return best;
    }
}
