using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Units;
using Espalier.Pruning.Units.Criteria;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Units;

public sealed class FilterCriterionTests
{
    public static TheoryData<string> Names => FilterRun.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Brute_force_is_the_change_that_a_whole_new_evaluation_finds(string name)
    {
        TrainableNetwork network = FilterRun.Create(name);
        var layers = new UnitLayers(network);
        double before = FilterRun.MeanLoss(network);
        double[][] scores = new BruteForceCriterion().Score(FilterRun.Context(network), withInputs: true);
        for (int layer = 0; layer < layers.Count; layer++)
        {
            Assert.Equal(layers.Size(layer), scores[layer].Length);
            for (int unit = 0; unit < scores[layer].Length; unit++)
            {
                Assert.Equal(FilterRun.SwitchOff(network, layers[new(layer, unit)], before), scores[layer][unit], 2e-6);
            }
        }

        Assert.Contains(scores.SelectMany(layer => layer), score => Math.Abs(score) > 1e-4);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Brute_force_with_means_is_the_change_that_folding_them_makes(string name)
    {
        TrainableNetwork network = FilterRun.Create(name);
        PruningContext context = FilterRun.Context(network);
        double[][] scores = new BruteForceCriterion(foldMeans: true).Score(context);
        double before = FilterRun.MeanLoss(network);
        UnitMoments moments = UnitMoments.Measure(context, new UnitLayers(network), withCovariances: false, CancellationToken.None);
        for (int layer = 1; layer < scores.Length; layer++)
        {
            for (int unit = 0; unit < scores[layer].Length; unit++)
            {
                TrainableNetwork without = network.Clone();
                var id = new UnitId(layer, unit);
                Assert.True(new UnitLayers(without).TryAbsorb(id, null, 0, moments.Means(id)));
                Assert.Equal(FilterRun.MeanLoss(without) - before, scores[layer][unit], 2e-6);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void First_order_is_the_slope_of_the_loss_by_a_factor_on_the_outgoing_weights(string name)
    {
        // Scaling a unit's outgoing weights by 1 + t scales its output: -O dE/dO is minus the derivative by t at 0.
        const double Step = 1e-5;
        TrainableNetwork network = FilterRun.Create(name);
        var layers = new UnitLayers(network);
        double[][] scores = new TaylorCriterion(TaylorOrder.First).Score(FilterRun.Context(network), withInputs: true);
        for (int layer = 0; layer < scores.Length; layer++)
        {
            for (int unit = 0; unit < scores[layer].Length; unit++)
            {
                Assert.Equal((Scaled(1 - Step) - Scaled(1 + Step)) / (2 * Step), scores[layer][unit], 1e-6);

                double Scaled(double factor) =>
                    FilterRun.MeanLoss(network, oracle => FilterRun.Scale(oracle, layers[new(layer, unit)], factor));
            }
        }

        Assert.Contains(scores.SelectMany(layer => layer), score => Math.Abs(score) > 1e-4);
    }

    [Theory]
    [InlineData("depthwise separable")]
    [InlineData("dense block")]
    [InlineData("stride, padding and dilation")]
    [InlineData("average pooling that counts padding")]
    public void Second_order_adds_half_the_curvature_by_each_number_that_a_dense_layer_reads(string name)
    {
        // The last dense layer reads the last filters. One number of one sample more by t: the recursion has the second derivative of that
        // exactly for squared error of a linear output, which it is here once the layer's activation is left out.
        TrainableNetwork network = WithLinearOutput(FilterRun.Create(name));
        var layers = new UnitLayers(network);
        var context = new PruningContext(network, FilterRun.Samples(network), LossKind.MeanSquaredError);
        double[][] first = new TaylorCriterion(TaylorOrder.First).Score(context);
        double[][] second = new TaylorCriterion(TaylorOrder.Second).Score(context);
        int count = context.Train.Count, outputs = network.OutputShape.Length, seen = 0;
        double[][] values = new DoubleGraph(Front(network), false).Forward(FilterRun.Inputs(context.Train));
        Parameter weights = network.PrunableParameters[^1];
        for (int layer = 1; layer < layers.Count; layer++)
        {
            for (int unit = 0; unit < layers.Size(layer); unit++)
            {
                if (layers[new(layer, unit)].Reads is not [UnitRead read] || read.Index != network.Layers.Count - 1) continue;
                double expected = 0;
                for (int column = read.FirstColumn; column < read.FirstColumn + read.Columns; column++)
                {
                    // E = 1/outputs sum_k (a_k - t_k)^2, so d2E/do^2 = 2/outputs sum_k w_k^2.
                    double squares = Enumerable.Range(0, outputs).Sum(row => Math.Pow(weights.Values[row * weights.Columns + column], 2));
                    expected += values.Sum(sample => sample[column] * sample[column]) * squares / outputs / count;
                }

                Assert.Equal(expected, second[layer][unit] - first[layer][unit], 1e-5 * Math.Max(1, expected));
                Assert.True(expected > 1e-4);
                seen++;
            }
        }

        Assert.True(seen > 1);
    }

    [Fact]
    public void Apoz_counts_zeros_over_images_and_positions_before_pooling()
    {
        TrainableNetwork network = FilterRun.Create("tiny");
        double[][] scores = new ZeroActivationCriterion().Score(FilterRun.Context(network));
        TrainableNetwork first = new("first", SmallGraphs.Image, [network.Layers[0]]);
        Dataset data = FilterRun.Samples(network);
        double[][] filtered = new DoubleGraph(first, false).Forward(FilterRun.Inputs(data));
        for (int filter = 0; filter < 4; filter++)
        {
            double firing = filtered.Average(image => image.Skip(filter * 42).Take(42).Average(value => value > 0 ? 1 : 0));
            Assert.Equal(firing, scores[1][filter], 1e-9);
        }

        Assert.Contains(scores[1], score => score is > 0.1 and < 0.9);
        Assert.Contains("'a' has Tanh", Assert.Throws<EspalierException>(
            () => new ZeroActivationCriterion().Score(FilterRun.Context(FilterRun.Create("depthwise")))).Message, StringComparison.Ordinal);

        // With normalisation between, ReLU is not the filter's own.
        Assert.All(new ZeroActivationCriterion().Score(FilterRun.Context(FilterRun.Create("normalised residual")))[1],
            score => Assert.InRange(score, 0.01, 0.99));
    }

    [Fact]
    public void Norms_are_those_of_the_weights()
    {
        TrainableNetwork network = FilterRun.Create("tiny");
        Parameter own = network.PrunableParameters[0], next = network.PrunableParameters[1];
        double[][] outgoing = new OutputNormCriterion().Score(FilterRun.Context(network));
        double[][] incoming = new FilterNormCriterion().Score(FilterRun.Context(network));
        double[][] median = new GeometricMedianCriterion().Score(FilterRun.Context(network));
        for (int filter = 0; filter < 4; filter++)
        {
            double expected = Enumerable.Range(0, 20).Average(i => Math.Abs((double)next.Values[i / 4 * 16 + filter * 4 + i % 4]));
            Assert.Equal(expected, outgoing[1][filter], 1e-6);
            Assert.Equal(Enumerable.Range(0, 18).Sum(i => Math.Abs((double)own.Values[filter * 18 + i])), incoming[1][filter], 1e-5);
            Assert.Equal(Enumerable.Range(0, 4).Sum(Distance), median[1][filter], 1e-5);

            double Distance(int other) => Math.Sqrt(Enumerable.Range(0, 18).Sum(
                i => Math.Pow((double)own.Values[filter * 18 + i] - own.Values[other * 18 + i], 2)));
        }
    }

    [Fact]
    public void Significance_is_mean_output_at_the_reader_times_outgoing_weights()
    {
        TrainableNetwork network = FilterRun.Create("tiny");
        double[] scores = new SignificanceCriterion().Score(FilterRun.Context(network))[1];
        TrainableNetwork first = new("first", SmallGraphs.Image, [network.Layers[0], network.Layers[1]]);
        double[][] pooled = new DoubleGraph(first, false).Forward(FilterRun.Inputs(FilterRun.Samples(network)));
        Parameter next = network.PrunableParameters[1];
        double[] significance = [.. Enumerable.Range(0, 4).Select(filter =>
            pooled.Average(image => image.Skip(filter * 9).Take(9).Average())
                * Enumerable.Range(0, 20).Sum(i => Math.Abs((double)next.Values[i / 4 * 16 + filter * 4 + i % 4])))];
        for (int filter = 0; filter < 4; filter++) Assert.Equal(significance[filter] / significance.Average(), scores[filter], 1e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Magnitudes_of_the_first_order_are_of_each_image_by_itself_and_relative_to_the_layer(string name)
    {
        // For a single image the criterion is the magnitude of the first order, over the root of the layer's sum of squares.
        TrainableNetwork network = FilterRun.Create(name);
        Dataset data = FilterRun.Samples(network);
        double[][][] single = [.. Enumerable.Range(0, data.Count).Select(i => new TaylorCriterion(TaylorOrder.First).Score(
            new PruningContext(network, data.Subset("one", [i]), FilterRun.Loss)))];
        double[][] scores = new TaylorMagnitudeCriterion().Score(FilterRun.Context(network));
        for (int layer = 1; layer < scores.Length; layer++)
        {
            double[] means = [.. scores[layer].Select((_, unit) => single.Average(one => Math.Abs(one[layer][unit])))];
            double norm = Math.Sqrt(means.Sum(mean => mean * mean));
            for (int unit = 0; unit < means.Length; unit++) Assert.Equal(means[unit] / norm, scores[layer][unit], 1e-5);
        }
    }

    [Fact]
    public void Scores_do_not_depend_on_the_batches_and_removed_filters_score_0()
    {
        TrainableNetwork network = FilterRun.Create("tiny");
        Dataset half = FilterRun.Samples(network, 350);
        Dataset twice = half.Subset("twice", [.. Enumerable.Range(0, 700).Select(i => i % 350)]);
        new UnitLayers(network).Remove(new UnitId(1, 2));
        foreach (UnitCriterion criterion in UnitCriterionCatalog.All.Select(entry => entry.Create()))
        {
            double[][] once = criterion.Score(new PruningContext(network, half, FilterRun.Loss));
            double[][] both = criterion.Score(new PruningContext(network, twice, FilterRun.Loss));
            Assert.Equal([0, 4, 0, 5, 0, 6], once.Select(layer => layer.Length));
            Assert.Equal(0, once[1][2]);
            foreach ((double first, double second) in once.SelectMany(layer => layer).Zip(both.SelectMany(layer => layer)))
            {
                Assert.Equal(first, second, 1e-6);
            }
        }
    }

    private static TrainableNetwork WithLinearOutput(TrainableNetwork network)
    {
        var last = (TrainableDense)network.Layers[^1];
        var linear = new TrainableDense(last.Name, last.Weights.Columns, last.Weights.Rows, Activation.Identity);
        for (int i = 0; i < last.Parameters.Count; i++) last.Parameters[i].Values.CopyTo(linear.Parameters[i].Values, 0);
        return new TrainableNetwork(network.Name, network.InputShape, [.. network.Layers.SkipLast(1), linear]);
    }

    /// <summary>All layers but the last.</summary>
    private static TrainableNetwork Front(TrainableNetwork network) =>
        new(network.Name, network.InputShape, [.. network.Layers.SkipLast(1)]);
}
