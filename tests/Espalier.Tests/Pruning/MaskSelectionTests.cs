using Espalier.Compilation.Model;
using Espalier.Pruning;
using Espalier.Training;

namespace Espalier.Tests.Pruning;

public sealed class MaskSelectionTests
{
    [Fact]
    public void Global_selection_is_that_of_a_sort_by_score_layer_and_index()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            var random = new SeededRandom(seed);
            TrainableNetwork network = RandomNetwork(random);
            float[][] scores = RandomScores(network, random);
            int keep = random.Next(network.LiveWeightCount + 1);
            (int, int)[] going = [.. Sorted(network, scores, 0, network.PrunableParameters.Count).Take(network.LiveWeightCount - keep)];
            float highest = going.Length == 0 ? float.NegativeInfinity : scores[going[^1].Item1][going[^1].Item2];
            CheckSelection(network, scores, keep, PruningScope.Global, going, highest);
        }
    }

    [Fact]
    public void Selection_per_layer_is_that_of_a_sort_in_each_layer_down_to_its_share()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            var random = new SeededRandom(seed);
            TrainableNetwork network = RandomNetwork(random);
            float[][] scores = RandomScores(network, random);
            int keep = random.Next(network.LiveWeightCount + 1);
            int[] shares = MaskSelection.Apportion(network.PrunableParameters, keep);
            var going = new List<(int Layer, int Index)>();
            for (int i = 0; i < shares.Length; i++)
            {
                going.AddRange(Sorted(network, scores, i, 1).Take(network.PrunableParameters[i].LiveCount - shares[i]));
            }

            float highest = going.Count == 0 ? float.NegativeInfinity : going.Max(weight => scores[weight.Layer][weight.Index]);
            CheckSelection(network, scores, keep, PruningScope.PerLayer, going, highest);
            Assert.Equal(shares, network.PrunableParameters.Select(layer => layer.LiveCount));
        }
    }

    [Fact]
    public void Shares_sum_up_and_are_in_proportion_between_one_and_what_is_left()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            var random = new SeededRandom(seed);
            TrainableNetwork network = RandomNetwork(random);
            IReadOnlyList<Parameter> layers = network.PrunableParameters;
            int keep = random.Next(network.LiveWeightCount + 1), least = keep >= layers.Count(layer => layer.LiveCount > 0) ? 1 : 0;
            int[] shares = MaskSelection.Apportion(layers, keep);
            Assert.Equal(keep, shares.Sum());
            for (int i = 0; i < shares.Length; i++)
            {
                Assert.InRange(shares[i], Math.Min(least, layers[i].LiveCount), layers[i].LiveCount);
                for (int j = 0; j < shares.Length; j++)
                {
                    // A layer that could keep more and one that could keep less keep the same fraction, but for one weight each.
                    if (shares[i] == layers[i].LiveCount || shares[j] <= least) continue;
                    double lower = (shares[i] + 1.0) / layers[i].Values.Length, upper = (shares[j] - 1.0) / layers[j].Values.Length;
                    Assert.True(upper <= lower + 1e-9, $"seed {seed}: layer {j} keeps {shares[j]}, layer {i} only {shares[i]}");
                }
            }
        }
    }

    [Theory]
    [InlineData(21_297, "18817, 2400, 80")]
    [InlineData(3_914, "3458, 441, 15")]
    [InlineData(2_335, "2063, 263, 9")]
    [InlineData(3, "1, 1, 1")]
    [InlineData(5, "3, 1, 1")]
    [InlineData(2, "2, 0, 0")]
    [InlineData(266_200, "235200, 30000, 1000")]
    public void Shares_of_a_known_network_are_exact(int keep, string shares)
    {
        TrainableNetwork network =
            TrainableNetwork.Perceptron("lenet", Shape.Flat(784), [300, 100, 10], Activation.Relu, Activation.Softmax, 1);
        Assert.Equal(shares, string.Join(", ", MaskSelection.Apportion(network.PrunableParameters, keep)));
    }

    [Fact]
    public void What_a_full_layer_cannot_keep_goes_to_the_others_in_proportion()
    {
        TrainableNetwork network =
            TrainableNetwork.Perceptron("three", Shape.Flat(50), [20, 50, 2], Activation.Relu, Activation.Softmax, 1);
        Parameter first = network.PrunableParameters[0];
        var mask = new uint[first.Values.Length];
        mask.AsSpan(0, 10).Fill(Parameter.Live);
        first.Freeze(mask);
        Assert.Equal([10, 500, 50], MaskSelection.Apportion(network.PrunableParameters, 560));
    }

    [Fact]
    public void A_score_of_a_removed_weight_is_not_read()
    {
        TrainableNetwork network = TwoLayers();
        MaskSelection.Apply(network, Scores(network, 1), 5, PruningScope.Global);
        float[][] scores = Scores(network, float.NaN);
        for (int i = 0; i < scores.Length; i++)
        {
            for (int j = 0; j < scores[i].Length; j++)
            {
                if (network.PrunableParameters[i].Mask![j] == Parameter.Live) scores[i][j] = 2;
            }
        }

        Assert.Equal(2, MaskSelection.Apply(network, scores, 3, PruningScope.Global));
        Assert.Equal(3, network.LiveWeightCount);
    }

    [Theory]
    [InlineData(PruningScope.Global)]
    [InlineData(PruningScope.PerLayer)]
    public void Bad_arguments_are_refused_and_change_nothing(PruningScope scope)
    {
        TrainableNetwork network = TwoLayers();
        float[][] withNaN = Scores(network, 1), tooShort = Scores(network, 1), good = Scores(network, 1);
        withNaN[1][2] = float.NaN;
        tooShort[1] = new float[3];
        Assert.Contains("weight 2 of fc2.weights is NaN", Refusal<ArgumentException>(withNaN, 4), StringComparison.Ordinal);
        Assert.Contains("3 scores for the 6 weights of fc2.weights", Refusal<ArgumentException>(tooShort, 4), StringComparison.Ordinal);
        Assert.Contains("1 layers for 2", Refusal<ArgumentException>([good[0]], 4), StringComparison.Ordinal);
        Assert.Contains("18 weights", Refusal<ArgumentOutOfRangeException>(good, 19), StringComparison.Ordinal);
        Assert.Contains("18 weights", Refusal<ArgumentOutOfRangeException>(good, -1), StringComparison.Ordinal);
        Assert.Equal(18, network.LiveWeightCount);

        string Refusal<T>(float[][] scores, int keep)
            where T : Exception => Assert.Throws<T>(() => MaskSelection.Apply(network, scores, keep, scope)).Message;
    }

    [Theory]
    [InlineData(PruningScope.Global)]
    [InlineData(PruningScope.PerLayer)]
    public void Nothing_removed_has_no_threshold_and_everything_can_go(PruningScope scope)
    {
        TrainableNetwork network = TwoLayers();
        Assert.Equal(float.NegativeInfinity, MaskSelection.Apply(network, Scores(network, 1), 18, scope));
        Assert.Equal(18, network.LiveWeightCount);
        Assert.Equal(1, MaskSelection.Apply(network, Scores(network, 1), 0, scope));
        Assert.Equal(0, network.LiveWeightCount);
    }

    private static void CheckSelection(
        TrainableNetwork network, float[][] scores, int keep, PruningScope scope, IReadOnlyCollection<(int, int)> going, float highest)
    {
        uint[][] expected = [.. network.PrunableParameters.Select(layer => Mask(layer))];
        uint[][] values = [.. network.PrunableParameters.Select(layer => Array.ConvertAll(layer.Values, FloatBits.Of))];
        foreach ((int layer, int index) in going) expected[layer][index] = Parameter.Removed;
        Assert.Equal(highest, MaskSelection.Apply(network, scores, keep, scope));
        Assert.Equal(keep, network.LiveWeightCount);
        for (int i = 0; i < expected.Length; i++)
        {
            Parameter layer = network.PrunableParameters[i];
            Assert.Equal(expected[i], Mask(layer));
            Assert.Equal(expected[i].Zip(values[i], (mask, bits) => mask & bits), layer.Values.Select(FloatBits.Of));
        }
    }

    private static IEnumerable<(int Layer, int Index)> Sorted(TrainableNetwork network, float[][] scores, int firstLayer, int layers) =>
        Enumerable.Range(firstLayer, layers)
            .SelectMany(i => Enumerable.Range(0, scores[i].Length).Select(j => (Layer: i, Index: j)))
            .Where(weight => Mask(network.PrunableParameters[weight.Layer])[weight.Index] == Parameter.Live)
            .OrderBy(weight => scores[weight.Layer][weight.Index]).ThenBy(weight => weight.Layer).ThenBy(weight => weight.Index);

    private static uint[] Mask(Parameter layer) =>
        layer.Mask is uint[] mask ? [.. mask] : [.. Enumerable.Repeat(Parameter.Live, layer.Values.Length)];

    private static TrainableNetwork RandomNetwork(SeededRandom random)
    {
        int[] widths = [.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => 1 + random.Next(9))];
        TrainableNetwork network =
            TrainableNetwork.Perceptron("random", Shape.Flat(1 + random.Next(12)), widths, Activation.Relu, Activation.Identity, 1);
        foreach (Parameter layer in network.PrunableParameters)
        {
            int denominator = 1 + random.Next(4);
            if (denominator == 1) continue;
            layer.Freeze([.. layer.Values.Select(_ => random.Next(denominator) == 0 ? Parameter.Live : Parameter.Removed)]);
        }

        return network;
    }

    private static float[][] RandomScores(TrainableNetwork network, SeededRandom random)
    {
        int levels = 1 + random.Next(6);
        return [.. network.PrunableParameters.Select(layer => Array.ConvertAll(layer.Values, _ =>
            random.Next(20) == 0 ? float.PositiveInfinity : random.Next(levels) - 2f))];
    }

    private static TrainableNetwork TwoLayers() =>
        TrainableNetwork.Perceptron("two", Shape.Flat(4), [3, 2], Activation.Relu, Activation.Softmax, 1);

    private static float[][] Scores(TrainableNetwork network, float score) =>
        [.. network.PrunableParameters.Select(layer => Array.ConvertAll(layer.Values, _ => score))];
}
