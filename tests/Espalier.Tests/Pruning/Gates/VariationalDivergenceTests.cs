using Espalier.Pruning.Gates;

namespace Espalier.Tests.Pruning.Gates;

public sealed class VariationalDivergenceTests
{
    private static readonly float[] s_logAlpha = [.. Enumerable.Range(0, 1600).Select(i => -7.995f + i * 0.01f)];

    /// <summary>The fit of the paper's equation 14, as a divergence.</summary>
    public static double Fit(double logAlpha) =>
        0.63576 - 0.63576 / (1 + Math.Exp(-1.8732 - 1.48695 * logAlpha)) + Math.Log(1 + Math.Exp(-logAlpha)) / 2;

    [Fact]
    public void Slopes_are_central_differences_of_the_published_fit()
    {
        float[] slopes = Slopes(s_logAlpha);
        for (int i = 0; i < slopes.Length; i++)
        {
            double x = s_logAlpha[i];
            Assert.Equal((Fit(x + 1e-5) - Fit(x - 1e-5)) / 2e-5, slopes[i], 1e-6);
        }
    }

    [Fact]
    public void The_divergence_falls_to_0_and_is_that_of_the_log_uniform_prior()
    {
        // From the upper end, where it is all but 0, downwards.
        float[] slopes = Slopes(s_logAlpha);
        Assert.All(slopes, slope => Assert.InRange(slope, -1, 0));
        double divergence = 0;
        for (int i = slopes.Length - 1; i >= 0; i--)
        {
            divergence -= slopes[i] * 0.01;
            if (i % 100 == 0) Assert.Equal(Exact(s_logAlpha[i] - 0.005), divergence, 0.01);
        }

        Assert.InRange(divergence, 4, 5);
    }

    [Fact]
    public void Slopes_are_finite_at_both_ends() => Assert.Equal([-0.5f, -0f], Slopes([-300, 300]));

    [Fact]
    public void Log_alpha_is_that_of_mean_and_variance_and_finite_at_mean_0()
    {
        var result = new float[3];
        VariationalDivergence.LogAlpha([0.5f, -2, 0], [-3, 1, -4], result);
        Assert.Equal(-3 - Math.Log(0.25), result[0], 1e-5);
        Assert.Equal(1 - Math.Log(4), result[1], 1e-5);
        Assert.Equal(-4 - Math.Log(1e-8), result[2], 1e-4);
    }

    // The divergence itself: E log|1 + sqrt(alpha) n| - log(alpha) / 2 + (Euler's gamma + log 2) / 2 over normal n, 0 in the limit; by the
    // midpoint rule, fine enough for the logarithm's pole.
    private static double Exact(double logAlpha)
    {
        const int Points = 200_000;
        double root = Math.Exp(logAlpha / 2), sum = 0;
        for (int i = 0; i < Points; i++)
        {
            double n = (i + 0.5) / Points * 18 - 9;
            sum += Math.Log(Math.Abs(1 + root * n)) * Math.Exp(-n * n / 2);
        }

        return sum * 18 / Points / Math.Sqrt(2 * Math.PI) - logAlpha / 2 + (0.5772156649015329 + Math.Log(2)) / 2;
    }

    private static float[] Slopes(float[] logAlpha)
    {
        float[] slopes = new float[logAlpha.Length], scratch = new float[logAlpha.Length];
        VariationalDivergence.Differentiate(logAlpha, slopes, scratch);
        return slopes;
    }
}
