using Espalier.Compilation.Model;
using Espalier.Pruning.Units;
using Espalier.Tests.Training;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Units;

public sealed class UnitFoldingTests
{
    [Theory]
    [InlineData(ActivationKind.Relu, 1)]
    [InlineData(ActivationKind.Sigmoid, 1)]
    [InlineData(ActivationKind.Tanh, 1)]
    [InlineData(ActivationKind.Tanh, -1)]
    [InlineData(ActivationKind.Sigmoid, -1)]
    [InlineData(ActivationKind.Identity, -1)]
    public void A_unit_with_the_weights_of_another_is_merged_into_it(ActivationKind kind, int sign)
    {
        TrainableNetwork network = UnitRun.Trained(new Activation(kind));
        CopyUnit(network, from: 2, to: 5, sign);
        TrainableNetwork before = network.Clone();
        FoldedUnit folded = Assert.Single(UnitFolding.Fold(network));
        Assert.Equal(new FoldedUnit(new UnitId(1, 5), sign == 1 ? UnitFoldKind.Duplicate : UnitFoldKind.Mirrored, 2), folded);
        Assert.InRange(UnitRun.LargestDifference(before, network), 0, 1e-6);
        Assert.Equal(before.LiveWeightCount - 5 - 6, network.LiveWeightCount);
        Assert.Empty(UnitFolding.Fold(network));
    }

    [Fact]
    public void Sums_without_rounding_fold_to_the_last_bit()
    {
        // Small whole numbers: all sums are exact, so merged weights compute the same bits.
        TrainableNetwork network = TrainableNetwork.Perceptron("w", Shape.Flat(3), [4, 2], Activation.Relu, Activation.Identity, 1);
        ((float[])[1, 2, -1, 3, -2, 1, 1, 2, -1, 0, 0, 0]).CopyTo(network.Parameters[0].Values, 0);
        ((float[])[1, -2, 1, 3]).CopyTo(network.Parameters[1].Values, 0);
        ((float[])[1, 2, 3, -1, 4, -3, 2, 5]).CopyTo(network.Parameters[2].Values, 0);
        TrainableNetwork before = network.Clone();
        Assert.Equal(
            [new FoldedUnit(new(1, 2), UnitFoldKind.Duplicate, 0), new FoldedUnit(new(1, 3), UnitFoldKind.Constant, null)],
            UnitFolding.Fold(network));
        Assert.Equal([4f, 2, 0, 0, 6, -3, 0, 0], network.Parameters[2].Values);
        Assert.Equal([-3f, 15], network.Parameters[3].Values);
        DoubleNetwork first = new(before), second = new(network);
        for (int x = -3; x <= 3; x++) Assert.Equal(first.Forward([x, 2 - x, 3 * x]), second.Forward([x, 2 - x, 3 * x]));
    }

    [Fact]
    public void One_fold_makes_way_for_the_next()
    {
        // Units 0 and 1 of the first layer are equal. Units 0 and 1 of the second differ in which of them they read, so once those are one
        // they are equal too; and a unit that only an unread unit reads is unread.
        TrainableNetwork network = UnitRun.Trained(Activation.Tanh);
        CopyUnit(network, from: 0, to: 1, 1);
        Parameter second = network.Parameters[2], third = network.Parameters[4];
        second.Values.AsSpan(0, 7).CopyTo(second.Values.AsSpan(7, 7));
        (second.Values[7], second.Values[8]) = (second.Values[1], second.Values[0]);
        network.Parameters[3].Values[1] = network.Parameters[3].Values[0];
        for (int row = 0; row < 3; row++) third.Values[row * 6 + 4] = 0;
        for (int row = 0; row < 6; row++) second.Values[row * 7 + 6] = row == 4 ? 1 : 0;
        TrainableNetwork before = network.Clone();
        Assert.Equal(
            [
                (new UnitId(1, 1), UnitFoldKind.Duplicate), (new UnitId(2, 1), UnitFoldKind.Duplicate),
                (new UnitId(2, 4), UnitFoldKind.Unread), (new UnitId(1, 6), UnitFoldKind.Unread),
            ],
            UnitFolding.Fold(network).Select(folded => (folded.Unit, folded.Kind)));
        Assert.InRange(UnitRun.LargestDifference(before, network), 0, 1e-6);
        Assert.Equal([5, 4, 3], NetworkShrinker.Shrink(network).Layers.Select(layer => layer.OutputShape.Length));
    }

    [Fact]
    public void Merging_revives_no_more_weights_than_it_removes()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Tanh);
        CopyUnit(network, from: 0, to: 1, 1);
        Parameter outgoing = network.Parameters[2];
        outgoing.Values[0] = outgoing.Values[8] = 0; // the first reader sees only unit 1, the second only unit 0
        outgoing.FreezeZeros();
        TrainableNetwork before = network.Clone();
        Assert.Single(UnitFolding.Fold(network));
        Assert.Equal((Parameter.Live, Parameter.Live), (outgoing.Mask![0], outgoing.Mask[7]));
        Assert.True(network.LiveWeightCount < before.LiveWeightCount);
        Assert.InRange(UnitRun.LargestDifference(before, network), 0, 1e-6);
    }

    [Theory]
    [InlineData(ActivationKind.Relu, -1)]
    [InlineData(ActivationKind.Elu, -1)]
    public void Functions_without_symmetry_are_not_mirrored(ActivationKind kind, int sign)
    {
        TrainableNetwork network = UnitRun.Trained(new Activation(kind, kind == ActivationKind.Elu ? 1 : 0));
        CopyUnit(network, from: 2, to: 5, sign);
        Assert.Empty(UnitFolding.Fold(network));
    }

    [Fact]
    public void Samples_show_what_the_weights_do_not()
    {
        // Unit 5 is unit 2 with a slightly other bias; unit 0 is so far in saturation that it is constant on these samples;
        // unit 3 nearly mirrors unit 1.
        TrainableNetwork network = UnitRun.Trained(Activation.Sigmoid);
        CopyUnit(network, from: 2, to: 5, 1);
        CopyUnit(network, from: 1, to: 3, -1);
        float[] biases = network.Parameters[1].Values;
        biases[5] += 1e-4f;
        biases[3] -= 1e-4f;
        biases[0] = 40;
        TrainableNetwork before = network.Clone();
        Assert.Empty(UnitFolding.Fold(network));
        Assert.Equal(
            [
                new FoldedUnit(new(1, 0), UnitFoldKind.Constant, null), new FoldedUnit(new(1, 5), UnitFoldKind.Duplicate, 2),
                new FoldedUnit(new(1, 3), UnitFoldKind.Mirrored, 1),
            ],
            UnitFolding.Fold(network, UnitRun.Clouds, 1e-4f).OrderBy(folded => folded.Kind));
        Assert.InRange(UnitRun.LargestDifference(before, network), 0, 1e-3);
    }

    [Fact]
    public void A_tolerance_bounds_what_a_unit_may_deviate()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Tanh);
        Assert.Empty(UnitFolding.Fold(network.Clone(), UnitRun.Clouds, 1e-3f));
        Assert.NotEmpty(UnitFolding.Fold(network.Clone(), UnitRun.Clouds, 0.9f));
        foreach (float bad in (float[])[-1, float.NaN, float.PositiveInfinity])
        {
            Assert.Throws<EspalierException>(() => UnitFolding.Fold(network, UnitRun.Clouds, bad));
        }
    }

    [Fact]
    public void A_constant_that_would_make_a_bias_infinite_stays()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Relu);
        network.Parameters[0].Values.AsSpan(0, 5).Clear();
        network.Parameters[1].Values[0] = float.MaxValue;
        network.Parameters[2].Values[0] = 100;
        Assert.Empty(UnitFolding.Fold(network));
    }

    [Fact]
    public void Shrinking_keeps_masks_and_the_function_and_a_unit_of_every_layer()
    {
        TrainableNetwork network = UnitRun.Trained(Activation.Relu);
        network.Parameters[0].Values[11] = 0;
        network.Parameters[0].FreezeZeros();
        var layers = new UnitLayers(network);
        foreach (int unit in (int[])[0, 4]) layers.Remove(new UnitId(1, unit));
        layers.Remove(new UnitId(2, 5));
        TrainableNetwork smaller = NetworkShrinker.Shrink(network);
        Assert.Equal([5, 5, 3], smaller.Layers.Select(layer => layer.OutputShape.Length));
        Assert.Equal(network.LiveWeightCount, smaller.LiveWeightCount);
        Assert.Equal((Parameter.Removed, 24), (smaller.Parameters[0].Mask![6], smaller.Parameters[0].LiveCount));
        Assert.InRange(UnitRun.LargestDifference(network, smaller), 0, 1e-12);
        Assert.NotEqual(0f, network.Parameters[0].Values[5]);

        for (int unit = 0; unit < 6; unit++) layers.Remove(new UnitId(2, unit));
        smaller = NetworkShrinker.Shrink(network);
        Assert.Equal([1, 1, 3], smaller.Layers.Select(layer => layer.OutputShape.Length));
        Assert.InRange(UnitRun.LargestDifference(network, smaller), 0, 1e-12);
    }

    private static void CopyUnit(TrainableNetwork network, int from, int to, int sign)
    {
        Parameter incoming = network.Parameters[0], biases = network.Parameters[1];
        for (int i = 0; i < 5; i++) incoming.Values[to * 5 + i] = sign * incoming.Values[from * 5 + i];
        biases.Values[to] = sign * biases.Values[from];
    }
}
