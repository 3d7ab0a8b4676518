using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Layerwise;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;
using MathNet.Numerics.LinearAlgebra;

namespace Espalier.Tests.Pruning.Layerwise;

public sealed class ConvolutionLayerwiseTests
{
    private static readonly Dataset s_images = ConvolutionData.Images(60, ConvolutionData.Image, 1);

    public static TheoryData<string> Criteria => ["l-obs", "l-obs-recomputed", "exact-obs", "exact-obs-layers"];

    [Fact]
    public void Hessians_are_the_moments_of_patches_summed_over_positions_for_each_group()
    {
        TrainableNetwork network = ConvolutionData.Chain(2, Activation.Relu, Activation.Softmax);
        IReadOnlyList<LayerHessian> hessians = LayerHessian.ComputeAll(network, s_images, damping: 0);
        Assert.Equal(["conv1", "conv2", "fc1", "fc2"], hessians.Select(hessian => hessian.LayerName));
        Assert.Equal([1, 2, 1, 1], hessians.Select(hessian => hessian.Groups.Count));
        Assert.Equal([18, 12, 24, 5], hessians.Select(hessian => hessian.Inputs));
        AssertMoments((TrainableConvolution)network.Layers[0], s_images.Inputs, hessians[0]);
        AssertMoments((TrainableConvolution)network.Layers[2], InputsOf(network, 2, s_images), hessians[1]);
    }

    [Fact]
    public void Of_many_patches_each_image_gives_every_nth_position_in_turn()
    {
        var layer = new TrainableConvolution("conv", ConvolutionData.Image, 1, new Window(1, 1), Activation.Identity);
        var inputs = new LayerInputs(layer, samples: 60, mostRows: 60 * 5);
        var seen = new int[30];
        for (int sample = 0; sample < 6; sample++)
        {
            float[] image = [.. Enumerable.Range(0, 60).Select(i => (float)(i % 30))];
            (float[] rows, int count) = inputs.Read(image, sample, 1, 0, 0);
            Assert.Equal(5, count);
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(rows[2 * i], rows[2 * i + 1]);
                seen[(int)rows[2 * i]]++;
            }
        }

        Assert.All(seen, times => Assert.Equal(1, times));
    }

    [Theory]
    [MemberData(nameof(Criteria))]
    public void A_convolution_is_pruned_as_dense_layers_that_read_its_patches(string name)
    {
        // Two groups: as two dense layers, each with the patches of its own channels as samples.
        var layer = new TrainableConvolution("conv", ConvolutionData.Image, 4, new Window(3, 2), Activation.Identity, groups: 2);
        var network = new TrainableNetwork("one", ConvolutionData.Image, [layer]);
        Randomize(network, 3);
        Dataset images = ConvolutionData.Images(80, ConvolutionData.Image, 4, layer.OutputShape.Length, isClassification: false);
        TrainableNetwork pruned = network.Clone();
        Criterion(name).Remove(new PruningContext(pruned, images, LossKind.MeanSquaredError), RemovalBudget.PerLayer([11]));
        Assert.Equal(11, pruned.LiveWeightCount);
        var after = (TrainableConvolution)pruned.Layers[0];
        for (int group = 0; group < 2; group++)
        {
            double[][] patches = ConvolutionData.Patches(layer, images.Inputs, group);
            float[] inputs = [.. patches.SelectMany(row => row).Select(value => (float)value)];
            Dataset rows = Dataset.Regression("rows", Shape.Flat(6), inputs, new float[2 * patches.Length], 2);
            var dense = new TrainableDense("conv", 6, 2, Activation.Identity);
            layer.Weights.Values.AsSpan(group * 12, 12).CopyTo(dense.Weights.Values);
            layer.Biases.Values.AsSpan(group * 2, 2).CopyTo(dense.Biases.Values);
            var half = new TrainableNetwork("half", Shape.Flat(6), [dense]);
            int keep = Enumerable.Range(group * 12, 12).Count(after.Weights.IsLive);
            Criterion(name).Remove(new PruningContext(half, rows, LossKind.MeanSquaredError), RemovalBudget.PerLayer([keep]));
            for (int i = 0; i < 12; i++) Assert.Equal(dense.Weights.Values[i], after.Weights.Values[group * 12 + i], 1e-5);
            for (int i = 0; i < 2; i++) Assert.Equal(dense.Biases.Values[i], after.Biases.Values[group * 2 + i], 1e-5);
        }
    }

    [Fact]
    public void The_loss_of_a_trace_is_half_the_squared_move_of_all_positions_sums()
    {
        TrainableNetwork network = ConvolutionData.Chain(5, Activation.Relu, Activation.Softmax);
        foreach (ExactObsTrace trace in ExactObsTrace.ComputeAll(network, s_images, damping: 0))
        {
            if (trace.LayerName.StartsWith("fc", StringComparison.Ordinal)) continue;
            TrainableNetwork pruned = network.Clone();
            int keep = trace.Most / 2;
            trace.Apply(pruned, keep);
            LayerError error = NetworkErrorBound.Measure(network, pruned, s_images).Layers[trace.LayerIndex];
            Assert.Equal(trace.LossAt(keep), error.SumsError * error.SumsError / 2, 1e-4 * trace.LossAt(keep));
            Assert.Equal(keep, pruned.PrunableParameters[trace.LayerIndex].LiveCount);
        }
    }

    [Fact]
    public void A_fit_leaves_no_weight_that_could_move_to_a_smaller_error()
    {
        TrainableNetwork dense = ConvolutionData.Chain(6, Activation.Relu, Activation.Softmax), pruned = dense.Clone();
        Dataset images = ConvolutionData.Images(200, ConvolutionData.Image, 7);
        new MagnitudeCriterion().Remove(
            new PruningContext(pruned, images, LossKind.CategoricalCrossEntropy), RemovalBudget.PerLayer([40, 40, 60, 10]));
        TrainableNetwork raw = pruned.Clone();
        SequentialLeastSquares.Fit(pruned, dense, images, damping: 0);
        Assert.NotEqual(raw.Layers[2].Parameters[0].Values, pruned.Layers[2].Parameters[0].Values);
        var layer = (TrainableConvolution)pruned.Layers[2];
        float[] read = InputsOf(pruned, 2, images), wanted = InputsOf(dense, 2, images);
        for (int filter = 0; filter < 6; filter++)
        {
            // The residual of the least squares is orthogonal to every patch value whose weight is left, and to the bias's 1.
            double[][] patches = ConvolutionData.Patches(layer, read, filter / 3);
            double[][] targets = ConvolutionData.Patches(layer, wanted, filter / 3);
            double[] residual = [.. patches.Zip(
                targets, (own, other) => Sum(layer, filter, own) - Sum((TrainableConvolution)dense.Layers[2], filter, other))];
            double scale = patches.Length * residual.Max(Math.Abs);
            Assert.InRange(Math.Abs(residual.Sum()), 0, 1e-5 * scale);
            for (int j = 0; j < 12; j++)
            {
                if (!layer.Weights.IsLive(filter * 12 + j)) continue;
                Assert.InRange(Math.Abs(residual.Zip(patches, (r, row) => r * row[j]).Sum()), 0, 1e-5 * scale);
            }
        }
    }

    [Fact]
    public void Bounds_hold_for_networks_with_every_kind_of_layer()
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            foreach (TrainableNetwork dense in (TrainableNetwork[])
            [
                ConvolutionData.Chain(seed, Activation.Relu, Activation.Identity),
                ConvolutionData.Branches(seed, Activation.LeakyRelu(0.1f), Activation.Identity),
            ])
            {
                foreach (PruningCriterion criterion in (PruningCriterion[])[new RandomCriterion(seed), new LayerwiseObs(), new ExactObs()])
                {
                    TrainableNetwork pruned = dense.Clone();
                    var context = new PruningContext(pruned, s_images, LossKind.MeanSquaredError);
                    criterion.Remove(context, new RemovalBudget(dense.WeightCount / 3, PruningScope.PerLayer));
                    NetworkErrorBound bound = NetworkErrorBound.Measure(dense, pruned, s_images);
                    Assert.All(bound.Layers, layer => Assert.InRange(layer.OutputError, 0, layer.OutputBound + 1e-5));
                    Assert.True(bound.Error > 0);
                    Assert.InRange(bound.Error, 0, bound.Bound);
                }
            }
        }
    }

    [Fact]
    public void A_bound_is_refused_where_more_than_weights_differ()
    {
        TrainableNetwork dense = ConvolutionData.Branches(1, Activation.Relu, Activation.Identity), pruned = dense.Clone();
        ((TrainableBatchNormalization)pruned.Layers[1]).Scale.Values[1] += 0.5f;
        string message = Assert.Throws<EspalierException>(() => NetworkErrorBound.Measure(dense, pruned, s_images)).Message;
        Assert.Contains("'norm'", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Criteria))]
    public void All_methods_prune_networks_with_branches_globally_and_by_layers(string name)
    {
        TrainableNetwork dense = ConvolutionData.Branches(8, Activation.Relu, Activation.Softmax);
        foreach (PruningScope scope in (PruningScope[])[PruningScope.Global, PruningScope.PerLayer])
        {
            TrainableNetwork pruned = dense.Clone();
            var context = new PruningContext(pruned, s_images, LossKind.CategoricalCrossEntropy);
            Criterion(name).Remove(context, new RemovalBudget(100, scope));
            Assert.Equal(100, pruned.LiveWeightCount);
        }
    }

    [Fact]
    public void Net_trim_refuses_convolutions()
    {
        TrainableNetwork network = ConvolutionData.Chain(1, Activation.Relu, Activation.Softmax);
        string message = Assert.Throws<EspalierException>(() => NetTrim.Prune(network, s_images)).Message;
        Assert.Contains("'conv1'", message, StringComparison.Ordinal);
        Assert.Contains("dense layers", message, StringComparison.Ordinal);
    }

    private static PruningCriterion Criterion(string name) => name switch
    {
        "l-obs" => new LayerwiseObs(),
        "l-obs-recomputed" => new LayerwiseObs { Interval = 1 },
        "exact-obs" => new ExactObs(),
        _ => new ExactObs { FitsSequentially = false },
    };

    private static double Sum(TrainableConvolution layer, int filter, double[] patch) =>
        layer.Biases.Values[filter] + patch.Select((value, j) => value * layer.Weights.Values[filter * patch.Length + j]).Sum();

    private static void AssertMoments(TrainableConvolution layer, float[] inputs, LayerHessian hessian)
    {
        for (int group = 0; group < layer.Groups; group++)
        {
            double[][] patches = ConvolutionData.Patches(layer, inputs, group);
            int samples = inputs.Length / layer.InputShape.Length, size = layer.Weights.Columns + 1;
            Matrix<double> rows = Matrix<double>.Build.Dense(patches.Length, size, (i, j) => j == size - 1 ? 1 : patches[i][j]);
            double[] expected = (rows.TransposeThisAndMultiply(rows) / samples).ToRowMajorArray();
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], hessian.Groups[group].Matrix[i], 1e-10);
        }
    }

    private static float[] InputsOf(TrainableNetwork network, int layer, Dataset data)
    {
        using var engine = new ComputeEngine(1);
        var sweep = new SampleSweep(network, data, LossKind.MeanSquaredError);
        float[] inputs = [];
        sweep.Run(engine, (_, count) => inputs = sweep.Pass.InputOf(layer)[..(count * network.Layers[layer].InputShape.Length)]);
        return inputs;
    }

    private static void Randomize(TrainableNetwork network, ulong seed)
    {
        var random = new SeededRandom(seed);
        foreach (Parameter parameter in network.Parameters)
        {
            foreach (ref float value in parameter.Values.AsSpan()) value = (float)random.NextNormal();
        }
    }
}
