using Espalier.Compilation.Model;
using Espalier.Pruning.Surgery;
using Espalier.Training;

namespace Espalier.Tests.Pruning.Surgery;

public sealed class SurgeryMaskTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    public void The_threshold_is_the_mean_and_so_many_deviations_of_the_sizes_that_live(double removed)
    {
        Parameter layer = Layer(1);
        var random = new SeededRandom(3);
        if (removed > 0) layer.Freeze(
            Array.ConvertAll(layer.Values, _ => random.NextDouble() < removed ? Parameter.Removed : Parameter.Live));
        double[] sizes = [.. layer.Values.Where(value => value != 0).Select(value => (double)Math.Abs(value))];
        double mean = sizes.Average(), deviation = Math.Sqrt(sizes.Average(size => (size - mean) * (size - mean)));
        Assert.Equal(mean + 1.5 * deviation, new SurgeryMask(layer, 1.5, 0.1).Threshold, 1e-9);
        Assert.Equal(0, new SurgeryMask(layer, -100, 0.1).Threshold);
    }

    [Fact]
    public void Renewal_removes_the_small_splices_the_large_and_keeps_what_lies_between()
    {
        // 131 weights: whole vectors and a rest, whatever the vector width.
        Parameter layer = Layer(1);
        var mask = new SurgeryMask(layer, 0.5, 0.1);
        var random = new SeededRandom(7);
        var expected = new bool[layer.Values.Length];
        expected.AsSpan().Fill(true);
        for (int step = 0; step < 50; step++)
        {
            mask.ShowAll();
            for (int i = 0; i < expected.Length; i++) layer.Values[i] =
                (float)(mask.Threshold * (0.6 + 0.8 * random.NextDouble()) * (i % 2 == 0 ? 1 : -1));
            mask.TakeAll();
            int expectedBack = 0;
            for (int i = 0; i < expected.Length; i++)
            {
                double size = Math.Abs(layer.Values[i]);
                bool lives = size > (float)(1.1 * mask.Threshold) || (expected[i] && size > (float)(0.9 * mask.Threshold));
                if (lives && !expected[i]) expectedBack++;
                expected[i] = lives;
            }

            Assert.Equal(expectedBack, mask.Renew());
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i] ? Parameter.Live : Parameter.Removed, mask.Mask[i]);
            Assert.Equal(expected.Count(lives => lives), mask.LiveCount);

            float[] all = [.. mask.Shadow];
            mask.ShowMasked();
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i] ? all[i] : 0f, layer.Values[i]);
            mask.ShowAll();
            Assert.Equal(all, layer.Values);
        }
    }

    private static Parameter Layer(ulong seed) =>
        TrainableNetwork.Perceptron("one", Shape.Flat(131), [1], Activation.Relu, Activation.Identity, seed).PrunableParameters[0];
}
