using Espalier.Compilation.Model;
using Espalier.Numerics;
using Espalier.Pruning.Gates;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Gates;

public sealed class GatedLayerTests
{
    private const ulong Key = 77;

    [Theory]
    [InlineData(1f, 0.02, 0)]
    [InlineData(1f, 0.02, 0.3)]
    [InlineData(0f, 0.02, 0.3)] // the expected penalty alone
    public void Gates_on_inputs_agree_with_central_differences_under_fixed_noise(float scale, double cost, double decay)
    {
        var layer = new BatchGatedLayer(LayerProbe.Plain(), GateGroup.Input, new GateSettings(cost, decay, 0.4, Key));
        double[] u = Uniform(0, 9);
        new LayerProbe(layer, scale).Check(
            (_, output, weights, logAlpha, inputs) => Dot(9, i => weights[output * 9 + i] * Gate(u[i], logAlpha[i]) * inputs[i]),
            (weights, logAlpha) => Penalty(layer, weights, i => logAlpha[i % 9]));
    }

    [Theory]
    [InlineData(1f, 0.02, 0.3)]
    [InlineData(0f, 0.02, 0.3)]
    public void Gates_on_single_weights_agree_with_central_differences_under_fixed_noise(float scale, double cost, double decay)
    {
        var layer = new BatchGatedLayer(LayerProbe.Plain(), GateGroup.Weight, new GateSettings(cost, decay, 0.4, Key));
        double[] u = Uniform(0, 36);
        new LayerProbe(layer, scale).Check(
            (_, output, weights, logAlpha, inputs) =>
                Dot(9, i => weights[output * 9 + i] * Gate(u[output * 9 + i], logAlpha[output * 9 + i]) * inputs[i]),
            (weights, logAlpha) => Penalty(layer, weights, i => logAlpha[i]));
    }

    [Theory]
    [InlineData(1f, 0.02, 0.3, GateGroup.Input)]
    [InlineData(0f, 0.02, 0.3, GateGroup.Input)]
    [InlineData(1f, 0.02, 0.3, GateGroup.Weight)]
    public void Gates_on_filters_and_their_weights_agree_with_central_differences(float scale, double cost, double decay, GateGroup group)
    {
        var layer = new BatchGatedLayer(LayerProbe.PlainConvolution(), group, new GateSettings(cost, decay, 0.4, Key));
        int gates = group == GateGroup.Input ? 4 : 16, size = 16 / gates;
        Assert.Equal(gates, layer.LogAlpha.Values.Length);
        double[] u = Uniform(0, gates);
        new LayerProbe(layer, scale).Check(
            (_, output, weights, logAlpha, inputs) => LayerProbe.TapsOf(output).Sum(tap =>
                weights[tap.Weight] * Gate(u[tap.Weight / size], logAlpha[tap.Weight / size]) * inputs[tap.Input]),
            (weights, logAlpha) => Penalty(layer, weights, i => logAlpha[i / size]));
    }

    [Theory]
    [InlineData(1f, 0.02, 0.3)]
    [InlineData(0f, 0.02, 0.3)]
    public void Gates_of_each_sample_agree_with_central_differences_under_fixed_noise(float scale, double cost, double decay)
    {
        var layer = new SampleGatedDense(LayerProbe.Plain(), new GateSettings(cost, decay, 0.4, Key));
        double[][] u = [.. Enumerable.Range(0, LayerProbe.Count).Select(sample => Uniform(sample, 9))];
        new LayerProbe(layer, scale).Check(
            (sample, output, weights, logAlpha, inputs) =>
                Dot(9, i => weights[output * 9 + i] * Gate(u[sample][i], logAlpha[i]) * inputs[i]),
            (weights, logAlpha) => Penalty(layer, weights, i => logAlpha[i % 9]));
    }

    [Theory]
    [InlineData(GateGroup.Input)]
    [InlineData(GateGroup.Weight)]
    public void A_settled_layer_is_the_product_of_weights_and_finished_gates(GateGroup group)
    {
        TrainableDense plain = LayerProbe.Plain();
        var layer = new BatchGatedLayer(plain, group, new GateSettings(0.1, 0, 0.5, Key));
        for (int i = 0; i < layer.LogAlpha.Values.Length; i++) layer.LogAlpha.Values[i] = (i % 3 - 1) * 2.5f + i * 0.001f;
        var weights = new float[36];
        var mask = new uint[36];
        layer.Settle(weights, mask);

        int removed = 0;
        for (int i = 0; i < 36; i++)
        {
            double s = 1 / (1 + Math.Exp(-layer.LogAlpha.Values[group == GateGroup.Input ? i % 9 : i]));
            double expected = plain.Weights.Values[i] * Math.Clamp(s * 1.2 - 0.1, 0, 1);
            Assert.Equal(expected, weights[i], 1e-6);
            Assert.Equal(expected == 0, mask[i] == Parameter.Removed);
            if (expected == 0) removed++;
        }

        Assert.InRange(removed, 10, 20);
        Assert.Equal(weights, ((DenseLayer)layer.ToLayer()!).Weights.ToDense());
    }

    [Fact]
    public void Expected_weights_count_what_is_there_by_its_probability()
    {
        TrainableDense plain = LayerProbe.Plain();
        var layer = new BatchGatedLayer(plain, GateGroup.Input, new GateSettings(0.1, 0, 0.5, Key));
        double expected = 0;
        for (int i = 0; i < 36; i++)
        {
            if (plain.Weights.Mask![i] == Parameter.Live) expected += Presence(layer.LogAlpha.Values[i % 9]);
        }

        Assert.Equal(expected, layer.ExpectedWeights, 1e-5);
    }

    [Fact]
    public void Gates_start_at_the_drop_rate_and_stay_within_a_hundredfold_of_even_odds()
    {
        var layer = new BatchGatedLayer(LayerProbe.Plain(), GateGroup.Weight, new GateSettings(0.1, 0, 0.2, Key));
        Assert.All(layer.LogAlpha.Values, value => Assert.InRange(value, Math.Log(4) - 0.05, Math.Log(4) + 0.05));
        Assert.Equal(36, layer.LogAlpha.Values.Distinct().Count());
        for (int i = 0; i < 36; i++) layer.LogAlpha.Values[i] = i - 18;
        layer.EndStep();
        Assert.Equal(Math.Log(0.01), layer.LogAlpha.Values.Min(), 1e-6);
        Assert.Equal(Math.Log(100), layer.LogAlpha.Values.Max(), 1e-6);
        Assert.Equal(0, layer.LogAlpha.Values[18]);
    }

    private static double Dot(int length, Func<int, double> term) => Enumerable.Range(0, length).Sum(term);

    private static double Presence(double logAlpha) => 1 / (1 + Math.Exp(2.0 / 3 * Math.Log(0.1 / 1.1) - logAlpha));

    private static double Gate(double u, double logAlpha)
    {
        double s = 1 / (1 + Math.Exp(-1.5 * (Math.Log(u / (1 - u)) + logAlpha)));
        return Math.Clamp(s * 1.2 - 0.1, 0, 1);
    }

    private static double Penalty(GatedLayer layer, double[] weights, Func<int, double> logAlpha) => Dot(weights.Length, i =>
        layer.Weights.Mask![i] == Parameter.Removed
            ? 0
            : Presence(logAlpha(i)) * (layer.Settings.Cost + layer.Settings.Decay / 2 * weights[i] * weights[i]));

    private static double[] Uniform(int block, int length)
    {
        var numbers = new float[length];
        new CounterRandom(Key).FillUniform(LayerProbe.Step, block, numbers);
        return Array.ConvertAll(numbers, number => (double)number);
    }
}
