using Espalier.Compilation.Model;
using Espalier.Pruning.Units;
using Espalier.Tests.Training;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Units;

public sealed class FilterFoldingTests
{
    private static readonly Shape s_filtered = new(4, 5, 4);

    [Theory]
    [InlineData("plain", 1)]
    [InlineData("normalised", 1)]
    [InlineData("padded", 1)]
    [InlineData("averaged", -1)]
    [InlineData("padded", -1)]
    public void A_filter_with_the_weights_of_another_is_merged_into_it(string name, int sign)
    {
        TrainableNetwork network = Create(name);
        CopyFilter(network, from: 1, to: 3, sign);
        TrainableNetwork before = network.Clone();
        FoldedUnit folded = Assert.Single(UnitFolding.Fold(network));
        Assert.Equal(new FoldedUnit(new UnitId(1, 3), sign == 1 ? UnitFoldKind.Duplicate : UnitFoldKind.Mirrored, 1), folded);
        Assert.InRange(FilterRun.LargestDifference(before, network), 0, 1e-6);
        Assert.Empty(UnitFolding.Fold(network));
        TrainableNetwork smaller = NetworkShrinker.Shrink(network);
        Assert.Equal(3, smaller.Layers[0].OutputShape.Channels);
        Assert.InRange(FilterRun.LargestDifference(before, smaller), 0, 1e-6);
    }

    [Theory]
    [InlineData("plain", -1)]
    [InlineData("normalised", -1)]
    [InlineData("sigmoid before padding", -1)]
    public void Filters_whose_mirror_image_a_maximum_a_normalisation_or_padding_spoils_stay(string name, int sign)
    {
        TrainableNetwork network = Create(name);
        CopyFilter(network, from: 1, to: 3, sign);
        Assert.Empty(UnitFolding.Fold(network));
    }

    [Fact]
    public void Normalisations_must_be_alike_too()
    {
        TrainableNetwork network = Create("normalised");
        CopyFilter(network, from: 1, to: 3, 1);
        network.Parameters[2].Values[3] += 0.01f;
        Assert.Empty(UnitFolding.Fold(network));
    }

    [Theory]
    [InlineData("plain", true)]
    [InlineData("averaged", true)]
    [InlineData("normalised", true)]
    [InlineData("padded", false)]
    public void A_constant_filter_goes_into_the_biases_unless_its_reader_pads(string name, bool isExact)
    {
        TrainableNetwork network = Create(name);
        UnitRow row = new UnitLayers(network)[new(1, 2)].Rows[0];
        row.Weights.Clear();
        row.Bias = 0.7f;
        TrainableNetwork before = network.Clone();
        IReadOnlyList<FoldedUnit> folded = UnitFolding.Fold(network);
        if (isExact) Assert.Equal(new FoldedUnit(new UnitId(1, 2), UnitFoldKind.Constant, null), Assert.Single(folded));
        else Assert.Empty(folded);
        Assert.InRange(FilterRun.LargestDifference(before, network), 0, 1e-6);

        // The control: behind the border there is no constant, and folding it would be seen.
        if (isExact) return;
        var layers = new UnitLayers(network);
        Assert.True(layers.TryAbsorb(new UnitId(1, 2), null, 0, UnitConstants.Of(network, layers[new(1, 2)])!));
        Assert.True(FilterRun.LargestDifference(before, network) > 1e-4);
    }

    [Fact]
    public void A_constant_of_0_folds_into_whatever_pads()
    {
        TrainableNetwork network = Create("padded");
        UnitRow row = new UnitLayers(network)[new(1, 2)].Rows[0];
        row.Weights.Clear();
        row.Bias = 0;
        TrainableNetwork before = network.Clone();
        Assert.Equal(UnitFoldKind.Constant, Assert.Single(UnitFolding.Fold(network)).Kind);
        Assert.InRange(FilterRun.LargestDifference(before, network), 0, 1e-12);
    }

    [Fact]
    public void A_mean_that_counts_padding_is_no_constant()
    {
        TrainableNetwork network = FilterRun.Create("average pooling that counts padding");
        UnitRow row = new UnitLayers(network)[new(1, 1)].Rows[0];
        row.Weights.Clear();
        Assert.Null(UnitConstants.Of(network, new UnitLayers(network)[new(1, 1)]));
        row.Bias = 0;
        Assert.Equal([0f], UnitConstants.Of(network, new UnitLayers(network)[new(1, 1)])!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Coupled_filters_fold_when_all_of_them_do(bool both)
    {
        TrainableNetwork network = FilterRun.Create("normalised residual");
        UnitParts unit = new UnitLayers(network)[new(1, 1)];
        unit.Rows[0].Weights.Clear();
        if (both) unit.Rows[1].Weights.Clear();

        // What passes the first normalisation is read by a convolution that pads: its constant is made 0 there. The sum's is not.
        TrainableBatchNormalization[] normalizations = [.. network.Layers.OfType<TrainableBatchNormalization>()];
        (normalizations[0].Shift.Values[1], normalizations[1].Shift.Values[1]) = (-9, 3);
        TrainableNetwork before = network.Clone();
        IReadOnlyList<FoldedUnit> folded = UnitFolding.Fold(network);
        Assert.Equal(both ? [new FoldedUnit(new(1, 1), UnitFoldKind.Constant, null)] : [], folded);
        Assert.Equal(both, UnitConstants.Of(before, new UnitLayers(before)[new(1, 1)]) is [0, > 0]);
        Assert.InRange(FilterRun.LargestDifference(before, network), 0, 1e-6);
    }

    [Fact]
    public void Samples_show_what_the_weights_do_not()
    {
        // Filter 3 is filter 1 with a slightly other bias; filter 0 is so far in saturation that it is constant on these samples.
        TrainableNetwork network = Create("sigmoid");
        CopyFilter(network, from: 1, to: 3, 1);
        float[] biases = network.Parameters[1].Values;
        biases[3] += 1e-4f;
        biases[0] = 40;
        TrainableNetwork before = network.Clone();
        Assert.Empty(UnitFolding.Fold(network));
        Assert.Equal(
            [new FoldedUnit(new(1, 0), UnitFoldKind.Constant, null), new FoldedUnit(new(1, 3), UnitFoldKind.Duplicate, 1)],
            UnitFolding.Fold(network, FilterRun.Samples(network), 1e-4f).OrderBy(folded => folded.Kind));
        Assert.InRange(FilterRun.LargestDifference(before, network), 0, 1e-3);
    }

    [Fact]
    public void Moments_count_every_position_and_a_line_is_fitted_to_them()
    {
        // Filter 3 is twice filter 1 and a constant: a line fits it exactly, wherever it is read.
        TrainableNetwork network = Create("averaged");
        foreach (UnitRow row in (UnitRow[])[new UnitRow((TrainableConvolution)network.Layers[0], 3)])
        {
            for (int i = 0; i < row.Weights.Length; i++) row.Weights[i] = -2 * network.Parameters[0].Values[row.Weights.Length + i];
            row.Bias = 0.5f - 2 * network.Parameters[1].Values[1];
        }

        var layers = new UnitLayers(network);
        UnitMoments moments = UnitMoments.Measure(FilterRun.Context(network), layers, withCovariances: true, CancellationToken.None);
        Assert.Equal(-1, moments.Correlation(new(1, 3), 1), 1e-5);
        Assert.InRange(Math.Abs(moments.Correlation(new(1, 3), 0)), 0, 0.95);
        (double scale, double offset) = moments.Fit(new(1, 3), 1);
        Assert.Equal((-2, 0.5), (Math.Round(scale, 4), Math.Round(offset, 4)));
        TrainableNetwork before = network.Clone();
        Assert.True(layers.TryAbsorb(new(1, 3), 1, (float)scale, (float)offset));
        Assert.InRange(FilterRun.LargestDifference(before, network), 0, 1e-5);
    }

    /// <summary>Four filters, what they pass through, a convolution that reads them and a dense layer.</summary>
    private static TrainableNetwork Create(string name)
    {
        Activation activation = name.StartsWith("sigmoid", StringComparison.Ordinal) ? Activation.Sigmoid : Activation.Identity;
        var first = new TrainableConvolution("a", SmallGraphs.Image, 4, Window.Square(3), activation);
        TrainableLayer[] between = name switch
        {
            "plain" => [new TrainablePooling(new("p", s_filtered, PoolingKind.Max, Window.Square(2), false, false, Activation.Relu))],
            "normalised" => [new TrainableBatchNormalization("n", s_filtered, Activation.Relu)],
            "averaged" =>
                [new TrainablePooling(new("p", s_filtered, PoolingKind.Average, Window.Square(2), false, false, Activation.Identity))],
            _ => [],
        };
        Shape shape = between.Length == 0 ? s_filtered : between[^1].OutputShape;
        bool isPadded = name.EndsWith("padding", StringComparison.Ordinal) || name == "padded";
        var second = new TrainableConvolution("b", shape, 3, Window.Square(2, padding: isPadded ? 1 : 0), Activation.Tanh);
        var network = new TrainableNetwork("folded", SmallGraphs.Image,
            [first, .. between, second, new TrainableDense("last", second.OutputShape.Length, 3, Activation.Softmax)]);
        SmallGraphs.Randomize(network, seed: 8);
        return network;
    }

    private static void CopyFilter(TrainableNetwork network, int from, int to, int sign)
    {
        UnitParts source = new UnitLayers(network)[new(1, from)], target = new UnitLayers(network)[new(1, to)];
        for (int i = 0; i < source.Rows[0].Weights.Length; i++) target.Rows[0].Weights[i] = sign * source.Rows[0].Weights[i];
        target.Rows[0].Bias = sign * source.Rows[0].Bias;
        foreach (UnitChannel channel in source.Channels)
        {
            foreach (Parameter parameter in channel.Layer.Parameters) parameter.Values[to] = parameter.Values[from];
        }
    }
}
