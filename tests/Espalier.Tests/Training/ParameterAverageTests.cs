using Espalier.Training;

namespace Espalier.Tests.Training;

public sealed class ParameterAverageTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    public void The_average_is_the_weighted_mean_of_all_steps_and_only_stands_while_used(double decay)
    {
        var parameter = new Parameter("p", 1, 3, isWeight: true);
        var average = new ParameterAverage([parameter], decay);
        var random = new SeededRandom(1);
        double[] sums = new double[3];
        double total = 0;
        for (int step = 1; step <= 25; step++)
        {
            total = decay * total + 1;
            for (int i = 0; i < 3; i++)
            {
                parameter.Values[i] = (float)random.NextNormal();
                sums[i] = decay * sums[i] + parameter.Values[i];
            }

            average.Update(step);
        }

        float[] last = [.. parameter.Values];
        for (int round = 0; round < 2; round++)
        {
            average.Use(() =>
            {
                for (int i = 0; i < 3; i++) Assert.Equal(sums[i] / total, parameter.Values[i], 1e-6);
            });
            Assert.Equal(last, parameter.Values);
        }

        Assert.Throws<InvalidOperationException>(() => average.Use(() => throw new InvalidOperationException()));
        Assert.Equal(last, parameter.Values);
    }
}
