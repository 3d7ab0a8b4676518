using Espalier.Inference;
using Espalier.Pruning.Patterns;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Patterns;

public sealed class UnitOrderTests
{
    [Fact]
    public void The_outputs_are_the_same_bits_where_sums_are_exact()
    {
        // Small whole numbers: no sum rounds, whatever its order.
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var random = new SeededRandom(seed);
            TrainableNetwork network = PatternProblem.Network(7, 20, 17, 3);
            foreach (Parameter parameter in network.Parameters)
            {
                for (int i = 0; i < parameter.Values.Length; i++) parameter.Values[i] = random.Next(9) - 4;
            }

            network.PrunableParameters[1].Freeze(
                [.. Enumerable.Range(0, 340).Select(_ => random.Next(3) == 0 ? Parameter.Live : Parameter.Removed)]);
            TrainableNetwork ordered = UnitOrder.Apply(UnitOrder.Apply(network, 0, Shuffled(20, random)), 1, Shuffled(17, random));
            Assert.Equal(network.PrunableParameters[1].LiveCount, ordered.PrunableParameters[1].LiveCount);
            Assert.NotEqual(network.PrunableParameters[1].Mask, ordered.PrunableParameters[1].Mask);
            for (int sample = 0; sample < 20; sample++)
            {
                float[] input = [.. Enumerable.Range(0, 7).Select(_ => (float)(random.Next(9) - 4))];
                Assert.Equal(Outputs(network, input), Outputs(ordered, input));
            }
        }
    }

    [Fact]
    public void Groups_stand_together_and_slices_of_the_next_layer_where_units_do_not_meet()
    {
        TrainableNetwork network = PatternProblem.Network(20, 40, 33, 3);
        var context = new Espalier.Pruning.PruningContext(
            network, Layerwise.LayerwiseData.Inputs(10, 20, 1, outputs: 3), Espalier.Training.Losses.LossKind.MeanSquaredError);
        foreach (string name in (string[])["8x1", "of8", "2of8"])
        {
            PruningPattern pattern = PruningPattern.Parse(name) with { Order = PatternOrder.Live };
            PatternLayout layout = PatternLayout.Arrange(pattern, context, new Espalier.Pruning.Criteria.MagnitudeCriterion());
            LayerLayout first = layout.Layers[0]!, second = layout.Layers[1]!;
            TrainableNetwork ordered = layout.OrderUnits(network);
            float[] given = network.Parameters[1].Values, places = ordered.Parameters[1].Values;
            for (int i = 0; i < 40; i++) (given[i], places[i]) = (i, 0);
            places = layout.OrderUnits(network).Parameters[1].Values;
            IReadOnlyList<int> together = pattern.SaysHowMany ? second.SliceOfInput : first.GroupOfUnit;
            Assert.Equal(together.Order(), places.Select(unit => together[(int)unit]));
        }
    }

    [Fact]
    public void What_is_no_order_of_hidden_units_is_refused()
    {
        TrainableNetwork network = PatternProblem.Network(4, 3, 2);
        Assert.Throws<ArgumentException>(() => UnitOrder.Apply(network, 0, [0, 1]));
        Assert.Throws<ArgumentException>(() => UnitOrder.Apply(network, 0, [0, 1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => UnitOrder.Apply(network, 1, [1, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => UnitOrder.Apply(network, -1, [1, 0]));
    }

    private static int[] Shuffled(int count, SeededRandom random) => [.. Enumerable.Range(0, count).OrderBy(_ => random.NextUInt64())];

    private static float[] Outputs(TrainableNetwork network, float[] input)
    {
        var output = new float[network.OutputShape.Length];
        new ReferenceInterpreter(network.ToNetwork()).Predict(input, output);
        return output;
    }
}
