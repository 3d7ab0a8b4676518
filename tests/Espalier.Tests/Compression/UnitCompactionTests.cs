using Espalier.Compilation.Model;
using Espalier.Compression;
using Espalier.Tests.Inference;

namespace Espalier.Tests.Compression;

public sealed class UnitCompactionTests
{
    [Fact]
    public void Dead_units_go_and_the_outputs_stay()
    {
        Network network = RandomNetworks.Classifier(3, 0.05, 40, 30, 20, 5);

        Network compact = UnitCompaction.DropDeadUnits(network);

        Assert.True(compact.Layers[0].OutputShape.Length < 30);
        Assert.Equal((network.InputShape, network.OutputShape), (compact.InputShape, compact.OutputShape));
        AssertSame(network, compact);
        Assert.Same(compact.Layers[0], UnitCompaction.DropDeadUnits(compact).Layers[0]);
    }

    [Fact]
    public void Sorted_units_compute_the_same_and_the_most_read_come_first()
    {
        Network network = RandomNetworks.WithSamples(RandomNetworks.Classifier(5, 0.2, 40, 30, 20, 5), new SeededRandom(1), 2);

        Network sorted = UnitCompaction.SortUnits(network);

        AssertSame(network, sorted);
        Assert.Equal(0, sorted.Samples.Length);
        for (int i = 1; i < sorted.Layers.Length; i++)
        {
            SparseMatrix weights = ((DenseLayer)sorted.Layers[i]).Weights;
            var readers = new int[weights.Columns];
            for (int k = 0; k < weights.Count; k++) readers[weights.ColumnIndex(k)]++;
            Assert.Equal(readers.OrderDescending(), readers);
            Assert.Equal(weights.Count, ((DenseLayer)network.Layers[i]).Weights.Count);
        }

        Assert.NotEqual(network.Layers[0], sorted.Layers[0]);
        Assert.Equal(sorted, UnitCompaction.SortUnits(sorted));
    }

    [Fact]
    public void Random_networks_keep_their_outputs_and_codebooks_through_both()
    {
        var random = new SeededRandom(6);
        for (int i = 0; i < 100; i++)
        {
            Network network = RandomNetworks.Next(random, "n");
            Network compact = UnitCompaction.SortUnits(UnitCompaction.DropDeadUnits(network));
            float[] input = RandomNetworks.Input(random, network.InputShape.Length);
            float[] expected = RandomNetworks.Interpret(network, input), actual = RandomNetworks.Interpret(compact, input);

            // Magnitudes can be anything in these networks, so that terms that cancel leave the rounding of the large ones behind.
            float scale = expected.Select(Math.Abs).Where(float.IsFinite).Append(1).Max();
            for (int k = 0; k < expected.Length; k++)
            {
                if (float.IsFinite(expected[k])) Assert.Equal(expected[k], actual[k], 1e-3f * scale);
            }
        }
    }

    [Fact]
    public void A_network_with_a_fault_is_refused()
    {
        Network bad = RandomNetworks.Classifier(1, 0.5, 4, 3, 2) with { Name = "?" };
        Assert.Throws<EspalierException>(() => UnitCompaction.DropDeadUnits(bad));
        Assert.Throws<EspalierException>(() => UnitCompaction.SortUnits(bad));
    }

    private static void AssertSame(Network expected, Network actual)
    {
        var random = new SeededRandom(9);
        for (int i = 0; i < 20; i++)
        {
            float[] input = [.. Enumerable.Range(0, expected.InputShape.Length).Select(_ => (float)random.NextNormal())];
            float[] first = RandomNetworks.Interpret(expected, input), second = RandomNetworks.Interpret(actual, input);
            for (int k = 0; k < first.Length; k++) Assert.Equal(first[k], second[k], 1e-5f);
        }
    }
}
