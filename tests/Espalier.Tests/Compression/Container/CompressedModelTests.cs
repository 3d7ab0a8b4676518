using Espalier.Compilation.Model;
using Espalier.Compression;
using Espalier.Compression.Sharing;
using Espalier.Inference;
using Espalier.Tests.Data;
using Espalier.Tests.Inference;
using Espalier.Tests.Shared;
using Espalier.Training;

namespace Espalier.Tests.Compression.Container;

public sealed class CompressedModelTests
{
    private static readonly CompressionOptions[] s_options =
    [
        new(), new() { GapCoding = GapCoding.Classes }, new() { GapCoding = GapCoding.Relative },
        new() { GapCoding = GapCoding.Relative, IndexBits = 2 }, new() { GapCoding = GapCoding.Relative, IndexBits = 12 },
    ];

    public static TheoryData<int> Options => [.. Enumerable.Range(0, s_options.Length)];

    [Theory]
    [MemberData(nameof(Options))]
    public void Random_networks_come_back_to_the_bit_and_their_parts_add_up_to_the_file(int options)
    {
        var random = new SeededRandom((ulong)options);
        for (int i = 0; i < 60; i++)
        {
            Network network = RandomNetworks.Next(random, $"N{i}");
            if (i % 3 == 0) network = Shared(network, 1 + random.Next(4), i % 2 == 0);

            CompressedModel compressed = CompressedModel.Write(network, s_options[options]);

            // Stored zeros are left out, as the model text leaves them out.
            Assert.Equal(WithoutZeros(network), CompressedModel.Read(compressed.Bytes));
            Assert.Equal(8L * compressed.Bytes.Length, compressed.HeaderBits + compressed.Layers.Sum(layer => layer.Bits));
            Assert.All(compressed.Layers.Zip(network.Layers.Cast<DenseLayer>()), pair =>
            {
                int nonZeros = Enumerable.Range(0, pair.Second.Weights.Count).Count(k => pair.Second.Weights.Value(k) != 0);
                Assert.Equal((pair.Second.Name, nonZeros), (pair.First.Name, pair.First.Weights));
            });
        }
    }

    [Fact]
    public void Graphs_of_every_kind_of_layer_come_back_to_the_bit()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            Network network = GraphNetworks.Random(seed);

            CompressedModel compressed = CompressedModel.Write(network);

            Assert.Equal(network, CompressedModel.Read(compressed.Bytes));
            Assert.Equal(8L * compressed.Bytes.Length, compressed.HeaderBits + compressed.Layers.Sum(layer => layer.Bits));
        }
    }

    [Fact]
    public void The_compiled_network_of_the_decoded_model_predicts_the_same_bits()
    {
        Network network = Shared(RandomNetworks.Classifier(7, 0.1, 40, 30, 5), 3, shareBiases: true);
        Network decoded = CompressedModel.Read(CompressedModel.Write(network).Bytes);
        using CompiledNetwork one = CompiledNetwork.Compile(network), other = CompiledNetwork.Compile(decoded);
        var random = new SeededRandom(8);
        float[] first = new float[5], second = new float[5];
        for (int i = 0; i < 50; i++)
        {
            float[] input = RandomNetworks.Input(random, 40);
            one.Predict(input, first);
            other.Predict(input, second);
            RandomNetworks.AssertSameBits(first, second, "decoded");
        }
    }

    [Fact]
    public void Samples_are_left_out()
    {
        Network network = RandomNetworks.Classifier(3, 0.3, 9, 5, 2);
        Network sampled = RandomNetworks.WithSamples(network, new SeededRandom(1), 3);

        Assert.Equal(CompressedModel.Write(network).Bytes, CompressedModel.Write(sampled).Bytes);
    }

    [Fact]
    public void Fillers_are_counted_and_leave_no_weight_behind()
    {
        // One weight in each corner of 3 x 50: gaps of 0 and 148, the latter in steps of 2^4.
        var weights = new SparseMatrix(3, 50, [0, 1, 1, 2], [0, 49], [1.5f, -2]);
        var network = new Network(
            "n", Shape.Flat(50), new([new DenseLayer("l", weights, new FloatVector(new float[3]), Activation.Relu)]), default);

        CompressedModel compressed =
            CompressedModel.Write(network, new CompressionOptions { GapCoding = GapCoding.Relative, IndexBits = 4 });

        LayerSize layer = Assert.Single(compressed.Layers);
        Assert.Equal((2, 148 / 16), (layer.Weights, layer.Fillers));
        Assert.Equal(4, layer.GapWidth);
        Assert.Equal(network, CompressedModel.Read(compressed.Bytes));
    }

    [Fact]
    public void A_layer_of_all_weights_takes_no_room_for_gaps()
    {
        LayerSize layer = CompressedModel.Write(Shared(RandomNetworks.Classifier(4, 1, 30, 20, 5), 2, shareBiases: false)).Layers[1];

        Assert.Equal((0, 0), (layer.GapBits, layer.InputMapBits));
    }

    [Fact]
    public void The_smallest_coding_is_no_larger_than_any_other()
    {
        var random = new SeededRandom(5);
        for (int i = 0; i < 40; i++)
        {
            Network network = RandomNetworks.Next(random, "n");
            int[] sizes = [.. s_options.Select(options => CompressedModel.Write(network, options).Bytes.Length)];
            Assert.Equal(sizes.Min(), sizes[0]);
        }
    }

    [Fact]
    public void A_shared_sparse_layer_comes_near_the_entropy_of_its_pattern_and_codes()
    {
        Network network = Shared(RandomNetworks.Classifier(9, 0.03, 784, 300, 10), 4, shareBiases: true);
        LayerSize layer = CompressedModel.Write(network).Layers[0];

        double density = layer.Weights / (784.0 * 300);
        double pattern = 784 * 300 * -(density * Math.Log2(density) + (1 - density) * Math.Log2(1 - density));
        Assert.InRange(layer.GapBits, 0.95 * pattern, 1.04 * pattern);
        float[] values = [.. ((DenseLayer)network.Layers[0]).Weights.ToDense().Where(value => value != 0)];
        double entropy = values.GroupBy(value => value).Sum(group => -group.Count() * Math.Log2(group.Count() / (double)values.Length));
        Assert.InRange(layer.WeightBits, entropy, entropy + values.Length);
        Assert.InRange(layer.TableBits, 1, 300);
    }

    [Fact]
    public void Bad_networks_and_options_are_refused_in_one_line()
    {
        Network network = RandomNetworks.Classifier(1, 0.5, 4, 3, 2);
        AssertRefused(() => CompressedModel.Write(network with { Name = "no name" }), "no name");
        AssertRefused(() => CompressedModel.Write(network, new CompressionOptions { IndexBits = 13 }), "IndexBits");
        AssertRefused(() => CompressedModel.Write(network, new CompressionOptions { GapCoding = (GapCoding)7 }), "7");
        AssertRefused(() => CompressedModel.Load("/no/such/file.espz"), "/no/such/file.espz");
        AssertRefused(() => CompressedModel.Load(Path.GetTempPath()), "folder");
    }

    [Fact]
    public void A_file_is_written_and_read_back()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "m.espz");
        Network network = Shared(RandomNetworks.Classifier(2, 0.2, 20, 10, 3), 2, shareBiases: false);

        CompressedModel compressed = CompressedModel.Write(network);
        compressed.Save(path);

        Assert.Equal(compressed.Bytes.Length, new FileInfo(path).Length);
        Assert.Equal(network, CompressedModel.Load(path));
    }

    internal static Network Shared(Network network, int bits, bool shareBiases) =>
        SharedNetwork.Share(TrainableNetwork.FromNetwork(network),
            new WeightSharingOptions { Bits = bits, BiasBits = shareBiases ? bits : null })
            .ToNetwork();

    private static void AssertRefused(Action action, string word)
    {
        string message = Assert.Throws<EspalierException>(action).Message;
        Assert.DoesNotContain('\n', message);
        Assert.Contains(word, message, StringComparison.Ordinal);
    }

    private static Network WithoutZeros(Network network) => network with
    {
        Layers = new(network.Layers.Cast<DenseLayer>().Select(layer => layer with
        {
            Weights = layer.Weights.Codebook is null
                ? SparseMatrix.FromDense(layer.Weights.Rows, layer.Weights.Columns, layer.Weights.ToDense())
                : layer.Weights,
        })),
    };
}
