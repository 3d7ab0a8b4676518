using Espalier.Numerics;
using Espalier.Pruning.Gates;

namespace Espalier.Tests.Pruning.Gates;

public sealed class HardConcreteTests
{
    private const int Samples = 1_000_000;

    [Theory]
    [InlineData(-4f)]
    [InlineData(-2f)]
    [InlineData(-0.5f)]
    [InlineData(0f)]
    [InlineData(1.5f)]
    [InlineData(4f)]
    public void The_probability_of_a_gate_that_is_not_closed_is_that_of_a_million_samples(float logAlpha)
    {
        (float[] gates, _) = Draw(logAlpha, Uniform());
        var presence = new float[1];
        HardConcrete.Presence([logAlpha], presence);
        AssertShare(presence[0], gates.Count(gate => gate != 0));

        // And that of one that is wide open: s above (1 - gamma) / (zeta - gamma), whose odds are 11.
        AssertShare(1 / (1 + Math.Exp(2.0 / 3 * Math.Log(11) - logAlpha)), gates.Count(gate => gate == 1));
        Assert.All(gates, gate => Assert.InRange(gate, 0, 1));
    }

    [Theory]
    [InlineData(-1.3f)]
    [InlineData(0f)]
    [InlineData(2.1f)]
    public void A_sample_and_its_slope_are_those_of_the_definition(float logAlpha)
    {
        float[] uniform = [.. Enumerable.Range(1, 999).Select(i => i / 1000f)];
        (float[] gates, float[] slopes) = Draw(logAlpha, (float[])uniform.Clone());
        const double Step = 1e-5;
        int clipped = 0;
        for (int i = 0; i < uniform.Length; i++)
        {
            double above = Gate(uniform[i], logAlpha + Step), below = Gate(uniform[i], logAlpha - Step);
            Assert.Equal(Gate(uniform[i], logAlpha), gates[i], 2e-6);
            if (Gate(uniform[i], logAlpha) is 0 or 1) clipped++;
            if ((above is 0 or 1) == (below is 0 or 1)) Assert.Equal((above - below) / (2 * Step), slopes[i], 2e-5);
        }

        Assert.InRange(clipped, 200, 800);
    }

    [Fact]
    public void The_finished_gate_is_closed_up_to_minus_2_398_and_open_from_plus_2_398()
    {
        var gates = new float[5];
        HardConcrete.Settle([-2.399f, -2.397f, 0, 2.397f, 2.399f], gates);
        Assert.Equal((0f, 0.5f, 1f), (gates[0], gates[2], gates[4]));
        Assert.InRange(gates[1], 1e-5f, 1e-3f);
        Assert.InRange(gates[3], 0.999f, 0.99999f);
    }

    [Fact]
    public void The_ends_of_the_uniform_numbers_give_finite_gates()
    {
        (float[] gates, float[] slopes) = Draw(0, [MathF.BitIncrement(0), MathF.BitDecrement(1)]);
        Assert.Equal([0, 1], gates);
        Assert.Equal([0, 0], slopes);
    }

    private static float[] Uniform()
    {
        var uniform = new float[Samples];
        new CounterRandom(3).FillUniform(0, 0, uniform);
        return uniform;
    }

    private static (float[] Gates, float[] Slopes) Draw(float logAlpha, float[] gates)
    {
        var slopes = new float[gates.Length];
        var location = new float[gates.Length];
        location.AsSpan().Fill(logAlpha);
        HardConcrete.Sample(location, gates, slopes);
        return (gates, slopes);
    }

    private static double Gate(double u, double logAlpha)
    {
        double s = 1 / (1 + Math.Exp(-(Math.Log(u) - Math.Log(1 - u) + logAlpha) / (2.0 / 3)));
        return Math.Clamp(s * 1.2 - 0.1, 0, 1);
    }

    // Four standard errors of a share of a million.
    private static void AssertShare(double expected, int count) =>
        Assert.Equal(expected, count / (double)Samples, 4 * Math.Sqrt(expected * (1 - expected) / Samples) + 1e-6);
}
