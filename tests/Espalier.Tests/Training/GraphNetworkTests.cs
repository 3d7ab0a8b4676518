using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Tests.Data;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Tests.Training;

public sealed class GraphNetworkTests
{
    public static TheoryData<string> Networks => [.. SmallGraphs.Names];

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_goes_in_and_out_with_all_its_bits(string name)
    {
        TrainableNetwork network = SmallGraphs.Create(name);
        Network model = network.ToNetwork();
        Assert.Equal(model, TrainableNetwork.FromNetwork(model).ToNetwork());
        Assert.Equal(model, network.Clone().ToNetwork());
        Assert.Equal(model.IsChain, network.IsChain);
    }

    [Fact]
    public void A_clone_and_a_checkpoint_keep_every_kind_of_layer_with_its_numbers_and_masks()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "run.checkpoint");
        foreach (TrainableNetwork network in SmallGraphs.Names.Select(SmallGraphs.Create).Append(Noisy()))
        {
            Parameter weights = network.PrunableParameters[0];
            weights.Freeze(Array.ConvertAll(weights.Values, value => value < 0.1f ? Parameter.Removed : Parameter.Live));
            AssertSame(network, network.Clone());
            Dataset data = Data(network, 4);
            new Trainer(network, data, null, new TrainingOptions { Epochs = 1 }).SaveCheckpoint(path);
            AssertSame(network, Trainer.Resume(path, data, null).Network);
        }

        static void AssertSame(TrainableNetwork expected, TrainableNetwork actual)
        {
            Assert.NotSame(expected, actual);
            Assert.Equal(Describe(expected), Describe(actual));
            Assert.Equal(TrainingData.Bits(expected), TrainingData.Bits(actual));
            Assert.Equal(expected.Parameters.Select(parameter => parameter.Mask), actual.Parameters.Select(parameter => parameter.Mask));
            Assert.Equal(expected.ToNetwork(), actual.ToNetwork());
        }

        static IEnumerable<string> Describe(TrainableNetwork network) => network.Layers.Select(layer =>
            $"{layer.GetType()} {layer.Name} {layer.InputShape} {layer.OutputShape} {string.Join(' ', layer.Sources)} "
            + $"{(layer as TrainableDropout)?.Rate} {(layer as TrainableBatchNormalization)?.Momentum}");
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 2)]
    public void A_run_with_dropout_and_batch_normalisation_resumes_to_the_same_bits_on_any_number_of_threads(int epoch, int step)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "run.checkpoint");
        var options = new TrainingOptions { Epochs = 3, BatchSize = 12, Threads = 1, EarlyStopping = new EarlyStopping(5) };
        TrainableNetwork whole = Noisy();
        Dataset data = Data(whole, 50), validation = Data(whole, 20);
        TrainingResult expected = new Trainer(whole, data, validation, options).Run();

        using var source = new CancellationTokenSource();
        var interrupted = new Trainer(Noisy(), data, validation, options with { Threads = 3 }) { CheckpointPath = path };
        Assert.Throws<OperationCanceledException>(() => interrupted.Run(
            new Immediate<TrainingProgress>(progress =>
            {
                if (progress.Epoch == epoch && progress.Step == step) source.Cancel();
            }),
            source.Token));
        Trainer resumed = Trainer.Resume(path, data, validation);
        Assert.Equal(expected.History, resumed.Run().History);
        Assert.Equal(TrainingData.Bits(whole), TrainingData.Bits(resumed.Network));
    }

    [Fact]
    public void A_step_through_every_kind_of_layer_allocates_nothing()
    {
        var allocated = new long[30];
        var trainer = new Trainer(Noisy(), Data(Noisy(), 240), null, new TrainingOptions { Epochs = 1, BatchSize = 8, Threads = 1 })
        {
            Hook = new StepHook(step => allocated[step] = GC.GetAllocatedBytesForCurrentThread()),
        };
        trainer.Run();
        Assert.Equal(allocated[5], allocated[25]);
    }

    [Fact]
    public void Dropout_keeps_the_mean_drops_its_part_and_draws_anew_for_each_step_layer_and_seed()
    {
        const int Width = 400, Count = 100;
        TrainableLayer[] layers =
        [
            new TrainableDropout("a", Shape.Flat(Width), 0.3) { Sources = new(["input"]) },
            new TrainableDropout("b", Shape.Flat(Width), 0.3) { Sources = new(["input"]) },
            new TrainableAddition(new("sum", Shape.Flat(Width), 2, default)) { Sources = new(["a", "b"]) },
        ];
        var network = new TrainableNetwork("drops", Shape.Flat(Width), layers);
        using var engine = new ComputeEngine(2);
        float[] first = Run(7, step: 0, layer: 0);
        Assert.All(first, value => Assert.True(value == 0 || value == (float)(1 / 0.7)));
        Assert.Equal(0.3, first.Count(value => value == 0) / (double)first.Length, 0.01);
        Assert.Equal(first, Run(7, step: 0, layer: 0));
        foreach (float[] other in new[] { Run(7, step: 1, layer: 0), Run(8, step: 0, layer: 0), Run(7, step: 0, layer: 1) })
        {
            // Independent draws agree in 0.3 x 0.3 + 0.7 x 0.7 of their places.
            Assert.Equal(0.58, first.Zip(other).Count(pair => pair.First == pair.Second) / (double)first.Length, 0.015);
        }

        Assert.All(Run(null, step: 0, layer: 0), value => Assert.Equal(1, value));

        float[] Run(ulong? seed, long step, int layer)
        {
            var pass = new NetworkPass(network, Count, withGradients: false, seed) { Step = step };
            pass.Input.AsSpan().Fill(1);
            pass.Forward(engine, Count);
            return pass.Output(layer)[..(Width * Count)];
        }
    }

    [Fact]
    public void Dropout_passes_a_derivative_where_it_passed_the_value()
    {
        TrainableLayer[] layers = [new TrainableConvolution("a", new(1, 3, 3), 4, new(1, 1), default),
            new TrainableDropout("b", new(4, 3, 3), 0.5),
            new TrainableFlatten(new("c", new(4, 3, 3)))];
        var network = new TrainableNetwork("drops", new(1, 3, 3), layers);
        SmallGraphs.Randomize(network, 1);
        using var engine = new ComputeEngine(1);
        var pass = new NetworkPass(network, 2, withGradients: true, trainingSeed: 3);
        pass.Input.AsSpan().Fill(1);
        pass.Forward(engine, 2);
        pass.LogitGradient.AsSpan().Fill(1);
        pass.Backward(engine, 2);
        for (int i = 0; i < 72; i++) Assert.Equal(pass.Output(1)[i] == 0 ? 0 : 2, pass.GradientOfSums(0)[i]);
    }

    [Fact]
    public void Networks_convert_without_their_dropout()
    {
        TrainableNetwork network = Noisy();
        Network model = network.ToNetwork();
        Assert.Equal(["conv1", "bn1", "conv2", "add1", "concat1", "pool1", "fc1", "fc2"], model.Layers.Select(layer => layer.Name));
        Assert.Equal(["conv2", "bn1"], model.Layers[3].Sources);
        Assert.Equal(["add1", "bn1"], model.Layers[4].Sources);
        Assert.Empty(model.Layers[6].Sources);
        Assert.Equal(network.Layers.Count, model.Layers.Length + 3);
        Assert.Null(model.FindFault());
    }

    [Fact]
    public void Running_statistics_move_towards_those_of_the_batches_in_training_alone()
    {
        var layer = new TrainableBatchNormalization("bn", new(2, 1, 3), Activation.Identity, momentum: 0.25);
        var network = new TrainableNetwork("n", new(2, 1, 3), [layer]);
        using var engine = new ComputeEngine(1);
        float[] inputs = [1, 2, 3, 10, 10, 16, 5, 6, 7, 4, 4, 4];
        foreach (ulong? seed in new ulong?[] { null, 1 })
        {
            var pass = new NetworkPass(network, 2, withGradients: false, seed);
            inputs.CopyTo(pass.Input, 0);
            pass.Forward(engine, 2);
            if (seed is null) Assert.Equal([0, 0, 1, 1], layer.RunningMean.Values.Concat(layer.RunningVariance.Values));
        }

        // The channels' means are 4 and 8, their sums of squares about them 28 and 120, over 6 - 1.
        float[] expected = [1, 2, 0.75f + 0.25f * 28 / 5, 0.75f + 0.25f * 120 / 5];
        float[] actual = [.. layer.RunningMean.Values, .. layer.RunningVariance.Values];
        for (int i = 0; i < 4; i++) Assert.Equal(expected[i], actual[i], 1e-5f);
    }

    [Fact]
    public void The_first_of_the_largest_values_wins_a_maximum_and_NaN_wins_over_all()
    {
        float[] image = [1, 2, 2, 2, -5, -7, float.NaN, 9, -5, -7, 1, float.NaN];
        var layer = new TrainablePooling(new("p", new(3, 2, 2), PoolingKind.Max, Window.Square(2), false, false, default));
        var network = new TrainableNetwork(
            "n", new(3, 2, 2), [new TrainableConvolution("c", new(3, 2, 2), 3, new(1, 1), default, 3), layer]);
        foreach (int i in new[] { 0, 1, 2 }) network.PrunableParameters[0].Values[i] = 1;
        using var engine = new ComputeEngine(1);
        var pass = new NetworkPass(network, 1, withGradients: true);
        image.CopyTo(pass.Input, 0);
        pass.Forward(engine, 1);
        Assert.Equal([2, float.NaN, float.NaN], pass.Logits[..3]);
        pass.LogitGradient.AsSpan().Fill(1);
        pass.Backward(engine, 1);
        Assert.Equal([0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], pass.GradientOfSums(0)[..12]);
    }

    [Theory]
    [InlineData("groups")]
    [InlineData("stride, padding and dilation")]
    public void Unfolded_patches_times_the_weights_are_the_sums(string name)
    {
        TrainableNetwork network = SmallGraphs.Create(name);
        var layer = (TrainableConvolution)network.Layers[1];
        var input = new TrainableNetwork("one", layer.InputShape, [layer]);
        (float[] images, _) = DerivativeProblem.Samples(input, 3);
        using var engine = new ComputeEngine(1);
        var pass = new NetworkPass(input, 3, withGradients: false);
        images.CopyTo(pass.Input, 0);
        pass.Forward(engine, 3);
        int columns = layer.Weights.Columns;
        for (int group = 0; group < layer.Groups; group++)
        {
            var rows = new float[3 * layer.Positions * columns];
            layer.Unfold(images, 3, group, rows);
            for (int i = 0; i < 3 * layer.Positions * layer.GroupFilters; i++)
            {
                int filter = group * layer.GroupFilters + i % layer.GroupFilters, row = i / layer.GroupFilters;
                double sum = layer.Biases.Values[filter];
                for (int j = 0; j < columns; j++) sum += (double)rows[row * columns + j] * layer.Weights.Values[filter * columns + j];
                int place = (row / layer.Positions * layer.Weights.Rows + filter) * layer.Positions + row % layer.Positions;
                Assert.Equal(sum, pass.Logits[place], 3e-6);
            }
        }
    }

    [Fact]
    public void Layers_that_do_not_fit_are_refused_with_their_name_and_both_shapes()
    {
        var image = new Shape(2, 8, 8);
        Refused("Layer 'a' has a window that spans 9x9, but 2x8x8", () => Convolution("a", image, Window.Square(9)));
        Refused(
            "Layer 'a' has 2 groups, which do not divide 2 channels and 3 filters", () => Convolution("a", image, new(3, 3), groups: 2));
        Refused("Layer 'a' has a stride of 0x0", () => Convolution("a", image, Window.Square(3, stride: 0)));
        Refused("Layer 'p' pools nothing but padding", () => Pooling("p", image, Window.Square(2, padding: 2)));
        Refused("Layer 'b' reads 2x8x8 values but 3x6x6 come to it",
            () => Network(Convolution("a", image, new(3, 3)), Convolution("b", image, new(3, 3))));
        Refused("Layer 'b' reads 2x8x8 values but 3x6x6 come to it",
            () => Network(Convolution("a", image, new(3, 3)), new TrainableDropout("b", image, 0.5), Convolution("c", image, new(3, 3))));
        Refused("Layer 'sum' reads 3x6x6 values but 2x8x8 come to it", () => Network(
            Convolution("a", image, new(3, 3)),
            new TrainableAddition(new("sum", new(3, 6, 6), 2, default)) { Sources = new(["a", "input"]) }));
        Refused("Layer 'c' puts 3x6x6 and 2x8x8 together",
            () => new TrainableConcatenation(new("c", new([new(3, 6, 6), image]), default)));
        Refused("Layer 'b' reads 'nobody', which no layer before it is called",
            () => Network(Convolution("a", image, new(3, 3)), new TrainableFlatten(new("b", image)) { Sources = new(["nobody"]) }));
        Refused("No layer reads 'b'", () => Network(Convolution("a", image, new(3, 3)), new TrainableDropout("b", new(3, 6, 6), 0.5),
            new TrainableFlatten(new("c", new(3, 6, 6))) { Sources = new(["a"]) }));
        Refused(
            "Two layers are called 'a'", () => Network(Convolution("a", image, new(3, 3)), new TrainableDropout("a", new(3, 6, 6), 0.5)));
        Refused("it would drop answers", () => Network(Convolution("a", image, new(3, 3)), new TrainableDropout("b", new(3, 6, 6), 0.5)));
        Refused("Layer 'd' drops 1 of its values", () => new TrainableDropout("d", image, 1));
        Refused("Layer 'n' takes a part of 0 of each batch's", () => new TrainableBatchNormalization("n", image, default, momentum: 0));

        TrainableConvolution Convolution(string name, Shape input, Window window, int groups = 1) =>
            new(name, input, 3, window, Activation.Identity, groups);
        TrainablePooling Pooling(string name, Shape input, Window window) =>
            new(new(name, input, PoolingKind.Max, window, false, false, default));
        TrainableNetwork Network(params TrainableLayer[] layers) => new("n", image, layers);
        void Refused(string expected, Func<object> make)
        {
            string message = Assert.Throws<EspalierException>(make).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    /// <summary>Every kind of layer that training treats in its own way, dropout after several of them.</summary>
    private static TrainableNetwork Noisy()
    {
        var builder = new NetworkBuilder(new(2, 6, 6), seed: 5);
        builder.Convolution(3, Window.Square(3, padding: 1), Activation.Identity).BatchNormalization(Activation.Relu).Dropout(0.2);
        builder.Convolution(3, Window.Square(3, padding: 1), Activation.Tanh).Addition(Activation.Relu, "drop1");
        builder.Dropout(0.3).Concatenation("bn1").MaxPooling(Window.Square(2, stride: 2)).Dropout(0.5);
        return builder.Dense(8, Activation.Relu).Dense(3, Activation.Softmax).Build("noisy");
    }

    private static Dataset Data(TrainableNetwork network, int count)
    {
        (float[] inputs, _) = DerivativeProblem.Samples(network, count);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => inputs[i * network.InputShape.Length] < 0 ? 0 : i % 2 + 1)];
        return Dataset.Classification("samples", network.InputShape, inputs, labels, ["a", "b", "c"]);
    }

    private sealed class StepHook(Action<long> before) : TrainingHook
    {
        public override void BeforeStep(long step) => before(step);
    }
}
