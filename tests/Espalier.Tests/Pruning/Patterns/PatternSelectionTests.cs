using Espalier.Pruning;
using Espalier.Pruning.Patterns;
using Espalier.Tests.Pruning.Layerwise;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Patterns;

public sealed class PatternSelectionTests
{
    public static TheoryData<PatternOrder, bool, ulong> Cases
    {
        get
        {
            var cases = new TheoryData<PatternOrder, bool, ulong>();
            for (ulong seed = 1; seed <= 6; seed++)
            {
                foreach (PatternOrder order in Enum.GetValues<PatternOrder>()) cases.Add(order, seed % 2 == 0, seed);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void In_the_end_every_slice_of_every_unit_holds_exactly_its_count(PatternOrder order, bool withTies, ulong seed)
    {
        PruningPattern pattern = PruningPattern.Balanced(3, 8) with { Order = order };
        (TrainableNetwork network, PatternLayout layout, float[][] scores) = Problem(pattern, seed, withTies);
        int least = layout.Least(network.PrunableParameters).Sum();
        int[] counts = [network.LiveWeightCount - 100, (network.LiveWeightCount + least) / 2, least];
        foreach (int keep in counts)
        {
            Select(network, layout, scores, keep);
            Assert.Equal(keep, network.LiveWeightCount);
            Check(network, layout, (layer, one, unit, slice, size) =>
            {
                int kept = PatternProblem.Count(layer, one, unit, slice);
                Assert.InRange(kept, Math.Min(3, size), size);
                if (keep == least) Assert.Equal(Math.Min(3, size), kept);
            });
        }

        // The last layer is too small and stays whole.
        Assert.Equal(5 * 21, network.PrunableParameters[2].LiveCount);
        Assert.Throws<EspalierException>(() => Select(network, layout, scores, least - 1));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_units_of_a_group_keep_the_same_number_of_each_slice(PatternOrder order, bool withTies, ulong seed)
    {
        PruningPattern pattern = PruningPattern.Even(8) with { Order = order };
        (TrainableNetwork network, PatternLayout layout, float[][] scores) = Problem(pattern, seed, withTies);
        foreach (int keep in (int[])[900, 300, 60])
        {
            Select(network, layout, scores, keep);
            Assert.InRange(network.LiveWeightCount, keep - PruningPattern.Lanes + 1, keep);
            var counts = new Dictionary<(Parameter, int, int), int>();
            Check(network, layout, (layer, one, unit, slice, _) =>
            {
                int kept = PatternProblem.Count(layer, one, unit, slice);
                (Parameter, int, int) place = (layer, one.GroupOfUnit[unit], slice);
                if (!counts.TryAdd(place, kept)) Assert.Equal(counts[place], kept);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Blocks_stay_or_leave_whole(PatternOrder order, bool withTies, ulong seed)
    {
        PruningPattern pattern = PruningPattern.Blocks(8, 2) with { Order = order };
        (TrainableNetwork network, PatternLayout layout, float[][] scores) = Problem(pattern, seed, withTies);
        foreach (int keep in (int[])[900, 300, 60])
        {
            Select(network, layout, scores, keep);
            Assert.InRange(network.LiveWeightCount, keep - 15, keep);
            Check(network, layout, (layer, one, unit, slice, size) =>
            {
                int kept = PatternProblem.Count(layer, one, unit, slice);
                Assert.True(kept == 0 || kept == size, $"{kept} of {size}");
                int first = Enumerable.Range(0, layer.Rows).First(other => one.GroupOfUnit[other] == one.GroupOfUnit[unit]);
                Assert.Equal(kept, PatternProblem.Count(layer, one, first, slice));
            });
        }
    }

    [Fact]
    public void What_stays_is_the_best_of_all_choices_that_the_pattern_allows()
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            // 4 units of 4 inputs, two to a slice or block: every mask of 16 weights can be tried.
            PruningPattern[] patterns =
                [PruningPattern.Balanced(1, 2), PruningPattern.Blocks(2, 2), PruningPattern.Blocks(4), PruningPattern.Even(2)];
            PruningPattern pattern = patterns[seed % 4];
            TrainableNetwork network = PatternProblem.Network(4, 4);
            float[][] scores = PatternProblem.Scores(network, new SeededRandom(seed), withTies: seed % 3 == 0);
            var layout = new PatternLayout(pattern, [LayerLayout.Consecutive(pattern, 4, 4)]);
            int step = pattern is BalancedSlices ? 1 : 4, least = pattern is BalancedSlices ? 8 : step;
            for (int keep = 16; keep >= least; keep -= step)
            {
                TrainableNetwork pruned = network.Clone();
                Select(pruned, layout, scores, keep);
                Assert.Equal(Best(scores[0], keep, mask => IsAllowed(pattern, mask)), PatternProblem.Kept(pruned, scores), 1e-5);
            }
        }
    }

    [Fact]
    public void Sizes_add_up_in_squares()
    {
        // 3 + 3 are more than 5 + 0, but 9 + 9 less than 25.
        TrainableNetwork network = PatternProblem.Network(2, 2);
        PruningPattern pattern = PruningPattern.Blocks(2);
        var layout = new PatternLayout(pattern, [LayerLayout.Consecutive(pattern, 2, 2)]);
        float[][] scores = [[3, 5, 3, 0]];
        TrainableNetwork inSquares = network.Clone();
        float threshold = PatternSelection.Apply(inSquares, layout, scores, inSquares: true, new RemovalBudget(2, PruningScope.Global));
        Assert.Equal(3, threshold);
        Assert.Equal([0, Parameter.Live, 0, Parameter.Live], inSquares.PrunableParameters[0].Mask!);
        threshold = PatternSelection.Apply(network, layout, scores, inSquares: false, new RemovalBudget(2, PruningScope.Global));
        Assert.Equal(2.5, threshold);
        Assert.Equal([Parameter.Live, 0, Parameter.Live, 0], network.PrunableParameters[0].Mask!);
    }

    [Fact]
    public void Layers_that_do_not_compete_go_the_same_part_of_their_way()
    {
        PruningPattern pattern = PruningPattern.Balanced(2, 8);
        (TrainableNetwork network, PatternLayout layout, float[][] scores) = Problem(pattern, seed: 1, withTies: false);
        IReadOnlyList<Parameter> layers = network.PrunableParameters;
        int[] least = layout.Least(layers), live = [.. layers.Select(layer => layer.LiveCount)];
        int keep = (least.Sum() + live.Sum()) / 2;
        PatternSelection.Apply(network, layout, scores, false, new RemovalBudget(keep, PruningScope.PerLayer));
        for (int i = 0; i < 3; i++) Assert.InRange(layers[i].LiveCount - (live[i] + least[i]) / 2.0, -1, 1);
        PatternSelection.Apply(network, layout, scores, false, new RemovalBudget(least.Sum(), PruningScope.PerLayer));
        Assert.Equal(least, layers.Select(layer => layer.LiveCount));
    }

    [Fact]
    public void What_is_gone_stays_gone()
    {
        PruningPattern pattern = PruningPattern.Blocks(16);
        (TrainableNetwork network, PatternLayout layout, float[][] scores) = Problem(pattern, seed: 3, withTies: false);
        Select(network, layout, scores, 300);
        uint[][] masks = [.. network.PrunableParameters.Select(layer => (uint[])layer.Mask!.Clone())];
        Select(network, layout, PatternProblem.Scores(network, new SeededRandom(9), false), 150);
        for (int i = 0; i < masks.Length; i++)
        {
            for (int j = 0; j < masks[i].Length; j++) Assert.True((network.PrunableParameters[i].Mask![j] & ~masks[i][j]) == 0);
        }

        scores[0][Array.FindIndex(network.PrunableParameters[0].Mask!, word => word == Parameter.Live)] = float.NaN;
        Assert.Throws<ArgumentException>(() => Select(network, layout, scores, 100));
    }

    [Fact]
    public void A_network_is_not_emptied_and_a_refusal_changes_nothing()
    {
        TrainableNetwork network = PatternProblem.Network(3, 16);
        PruningPattern pattern = PruningPattern.Blocks(16);
        var layout = new PatternLayout(pattern, [LayerLayout.Consecutive(pattern, 16, 3)]);
        float[][] scores = PatternProblem.Scores(network, new SeededRandom(1), withTies: false);
        Assert.Throws<EspalierException>(() => Select(network, layout, scores, 15));
        Assert.Null(network.PrunableParameters[0].Mask);
        Select(network, layout, scores, 16);
        Assert.Equal(16, network.LiveWeightCount);
    }

    private static void Select(TrainableNetwork network, PatternLayout layout, float[][] scores, int keep) =>
        PatternSelection.Apply(network, layout, scores, inSquares: false, new RemovalBudget(keep, PruningScope.Global));

    /// <summary>37 inputs, of which two are always zero, 33, 21 and 5 units, with a tenth of the weights gone already.</summary>
    private static (TrainableNetwork Network, PatternLayout Layout, float[][] Scores) Problem(
        PruningPattern pattern, ulong seed, bool withTies)
    {
        TrainableNetwork network = PatternProblem.Network(37, 33, 21, 5);
        float[][] scores = PatternProblem.Scores(network, new SeededRandom(seed), withTies);
        var context = new PruningContext(
            network, LayerwiseData.Inputs(20, 37, seed, dead: [4, 30], outputs: 5), LossKind.MeanSquaredError);
        var layout = PatternLayout.Arrange(pattern, context, new GivenScores(scores));
        Assert.Null(layout.Layers[2]);
        return (network, layout, scores);
    }

    private static void Check(TrainableNetwork network, PatternLayout layout, Action<Parameter, LayerLayout, int, int, int> check)
    {
        for (int i = 0; i < layout.Layers.Count; i++)
        {
            if (layout.Layers[i] is not LayerLayout one) continue;
            Parameter layer = network.PrunableParameters[i];
            for (int unit = 0; unit < layer.Rows; unit++)
            {
                for (int slice = 0; slice < one.SliceCount; slice++)
                {
                    check(layer, one, unit, slice, one.SliceOfInput.Count(other => other == slice));
                }
            }
        }
    }

    private static double Best(float[] scores, int keep, Func<int, bool> isAllowed)
    {
        double best = double.NegativeInfinity;
        for (int mask = 0; mask < 1 << scores.Length; mask++)
        {
            if (int.PopCount(mask) != keep || !isAllowed(mask)) continue;
            best = Math.Max(best, Enumerable.Range(0, scores.Length).Where(i => (mask >> i & 1) != 0).Sum(i => (double)scores[i]));
        }

        return best;
    }

    // Pairs of the mask are the slices of the units, two each.
    private static bool IsAllowed(PruningPattern pattern, int mask)
    {
        int Pair(int unit, int slice) => mask >> (4 * unit + 2 * slice) & 3;
        int[] units = [0, 1, 2, 3], slices = [0, 1];
        return pattern.Name switch
        {
            "1of2" => units.All(unit => slices.All(slice => Pair(unit, slice) != 0)),
            "of2" => slices.All(slice => units.All(unit => int.PopCount(Pair(unit, slice)) == int.PopCount(Pair(0, slice)))),
            "4x1" => slices.All(slice => units.All(unit => Pair(unit, slice) == Pair(0, slice))),
            _ => slices.All(slice => units.All(unit => Pair(unit, slice) is 0 or 3 && Pair(unit, slice) == Pair(unit / 2 * 2, slice))),
        };
    }

    /// <summary>Scores that were given.</summary>
    private sealed class GivenScores(float[][] scores) : ScoreCriterion
    {
        public override string Name => "given";

        public override float[][] Score(PruningContext context, CancellationToken cancellation = default) => scores;
    }
}
