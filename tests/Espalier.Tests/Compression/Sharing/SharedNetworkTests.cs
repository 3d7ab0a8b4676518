using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Compression.Sharing;
using Espalier.Data;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Tests.Compression.Sharing;

public sealed class SharedNetworkTests
{
    private static readonly Dataset s_train = TrainingData.Clouds(300, 1);

    public static TheoryData<OptimizerKind, double, bool> Optimizers()
    {
        var data = new TheoryData<OptimizerKind, double, bool>();
        foreach (OptimizerKind kind in Enum.GetValues<OptimizerKind>())
        {
            data.Add(kind, 0, false);
            data.Add(kind, 1e-3, kind == OptimizerKind.Adam);
        }

        return data;
    }

    [Theory]
    [InlineData(CentroidStart.Linear, null)]
    [InlineData(CentroidStart.Density, 2)]
    public void A_centroid_descends_along_the_central_difference_of_all_its_weights_together(CentroidStart start, int? biasBits)
    {
        TrainableNetwork network = Pruned(Activation.Tanh);
        SharedNetwork shared = SharedNetwork.Share(network, new WeightSharingOptions { Bits = 3, BiasBits = biasBits, Start = start });
        Assert.Equal(biasBits is null ? 2 : 4, shared.Parameters.Count);
        var oracle = new DoubleNetwork(network);
        float[] targets = [.. s_train.Labels!.SelectMany(label => Enumerable.Range(0, 3).Select(i => i == label ? 1f : 0f))];
        float[][] before = [.. shared.Parameters.Select(parameter => parameter.Codebook.ToArray())];

        shared.Train(s_train, null, Options(OptimizerKind.GradientDescent, 1, epochs: 1) with { BatchSize = 0 });

        for (int p = 0; p < shared.Parameters.Count; p++)
        {
            SharedParameter parameter = shared.Parameters[p];
            double[] values = oracle.Parameter(network.Parameters.ToList().IndexOf(parameter.Parameter));
            int[] codes = [.. parameter.Codes];
            for (int c = 0; c < parameter.CodebookLength; c++)
            {
                const double Step = 1e-5;
                double difference = (LossWith(Step) - LossWith(-Step)) / (2 * Step);
                Assert.Equal(difference, (double)before[p][c] - parameter.Codebook[c], 2e-6);

                double LossWith(double step)
                {
                    double[] saved = [.. values];
                    for (int i = 0; i < codes.Length; i++) values[i] += codes[i] == c ? step : 0;
                    double loss = oracle.Loss(LossKind.CategoricalCrossEntropy, s_train.Inputs, targets, s_train.Count);
                    saved.CopyTo(values, 0);
                    return loss;
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Weights_of_a_centroid_stay_equal_to_the_bit_and_zeros_stay_zero(OptimizerKind kind, double decay, bool decoupled)
    {
        TrainableNetwork network = Pruned(Activation.Relu);
        bool[][] zeros = [.. network.PrunableParameters.Select(Zeros)];
        SharedNetwork shared = SharedNetwork.Share(network, new WeightSharingOptions { LayerBits = [3, 2], BiasBits = 2 });
        int[][] codes = [.. shared.Parameters.Select(parameter => parameter.Codes.ToArray())];
        float[][] start = [.. shared.Parameters.Select(parameter => parameter.Codebook.ToArray())];

        TrainingOptions options = Options(kind, 0.01, epochs: 3);
        shared.Train(s_train, null, options with
        {
            Optimizer = options.Optimizer with { WeightDecay = decay, DecoupledDecay = decoupled },
        });

        for (int p = 0; p < shared.Parameters.Count; p++)
        {
            SharedParameter parameter = shared.Parameters[p];
            Assert.Equal(codes[p], parameter.Codes);
            Assert.NotEqual(start[p], parameter.Codebook);
            Assert.True(parameter.CodebookLength <= (p == 0 ? 8 : 4));
            for (int i = 0; i < codes[p].Length; i++)
            {
                uint expected = codes[p][i] < 0 ? 0 : FloatBits.Of(parameter.Codebook[codes[p][i]]);
                Assert.Equal(expected, FloatBits.Of(parameter.Parameter.Values[i]));
            }
        }

        Assert.Equal(zeros, network.PrunableParameters.Select(Zeros));

        static bool[] Zeros(Parameter parameter) => Array.ConvertAll(parameter.Values, value => value == 0);
    }

    [Fact]
    public void Training_the_centroids_lowers_the_loss_that_sharing_raised()
    {
        TrainableNetwork network = Pruned(Activation.Relu);
        double pruned = Loss(network);
        SharedNetwork shared = SharedNetwork.Share(network, new WeightSharingOptions { Bits = 2 });
        double clustered = Loss(network);

        shared.Train(s_train, null, Options(OptimizerKind.Adam, 0.01, epochs: 20));

        Assert.True(clustered > pruned, $"{pruned} to {clustered}");
        Assert.True(Loss(network) < clustered, $"{clustered} to {Loss(network)}");

        static double Loss(TrainableNetwork network) => Evaluator.Evaluate(network, s_train, LossKind.CategoricalCrossEntropy).Loss;
    }

    [Fact]
    public void The_model_text_spells_shared_weights_as_a_codebook_and_codes_and_reads_them_back()
    {
        SharedNetwork shared = SharedNetwork.Share(Pruned(Activation.Relu), new WeightSharingOptions { Bits = 2 });
        Network network = shared.ToNetwork();

        string text = ModelWriter.ToText(network);
        Network read = ModelReader.Read(new StringReader(text)).Network!;

        Assert.Equal(network, read);
        string[] codebooks = [.. text.Split('\n').Where(line => line.StartsWith("codebook", StringComparison.Ordinal))];
        Assert.Equal(2, codebooks.Length);
        Assert.All(codebooks, line => Assert.Equal(4, line.Split(' ').Length - 1));
        foreach ((Layer layer, SharedParameter parameter) in read.Layers.Zip(shared.Parameters))
        {
            Assert.Equal(parameter.Codebook.Order(), ((DenseLayer)layer).Weights.Codebook!.ToArray());
            Assert.Equal(parameter.Parameter.Values, ((DenseLayer)layer).Weights.ToDense());
        }
    }

    [Fact]
    public void A_layer_without_weights_has_nothing_to_share()
    {
        TrainableNetwork network = Pruned(Activation.Relu);
        network.PrunableParameters[1].Freeze(new uint[network.PrunableParameters[1].Values.Length]);

        SharedNetwork shared = SharedNetwork.Share(network, new WeightSharingOptions { Bits = 2 });
        shared.Train(s_train, null, Options(OptimizerKind.Adam, 0.01, epochs: 1));

        Assert.Equal(0, shared.Parameters[1].CodebookLength);
        Assert.Null(((DenseLayer)shared.ToNetwork().Layers[1]).Weights.Codebook);
    }

    [Fact]
    public void Bad_options_are_one_line_and_leave_the_network_as_it_was()
    {
        TrainableNetwork network = Pruned(Activation.Relu);
        uint[][] before = TrainingData.Bits(network);

        foreach (WeightSharingOptions options in (WeightSharingOptions[])
            [
                new() { Bits = 0 }, new() { Bits = 17 }, new() { LayerBits = [3] }, new() { LayerBits = [3, 0] }, new() { BiasBits = 0 },
                new() { Start = (CentroidStart)9 },
            ])
        {
            string message = Assert.Throws<EspalierException>(() => SharedNetwork.Share(network, options)).Message;
            Assert.DoesNotContain('\n', message);
        }

        Assert.Equal(before, TrainingData.Bits(network));
        Assert.All(network.Parameters, parameter => Assert.Null(parameter.Mask));
    }

    /// <summary>A trained network of 5-19-3 in which about half of the weights are zero.</summary>
    private static TrainableNetwork Pruned(Activation hidden)
    {
        var network = TrainableNetwork.Perceptron("clouds", Shape.Flat(5), [19, 3], hidden, Activation.Softmax, 3);
        new Trainer(network, s_train, null, Options(OptimizerKind.Adam, 0.01, epochs: 8)).Run();
        foreach (Parameter parameter in network.PrunableParameters)
        {
            float median = parameter.Values.Select(Math.Abs).Order().ElementAt(parameter.Values.Length / 2);
            foreach (ref float value in parameter.Values.AsSpan()) value = Math.Abs(value) < median ? 0 : value;
        }

        return network;
    }

    private static TrainingOptions Options(OptimizerKind kind, double rate, int epochs) => new()
    {
        Optimizer = new OptimizerOptions(kind),
        LearningRate = LearningRateSchedule.Constant(rate),
        Epochs = epochs,
        BatchSize = 32,
        Threads = 1,
    };
}
