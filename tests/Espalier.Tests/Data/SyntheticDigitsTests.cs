using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Espalier.Data;
using Espalier.Data.Digits;

namespace Espalier.Tests.Data;

public sealed class SyntheticDigitsTests
{
    [Fact]
    public void Default_set_has_the_pinned_bits()
    {
        DataSplit set = new DataCatalog("").Load("digits");
        Assert.Equal("359942BE51244C7887E446615093BAA6145313D2B3E202D9BA24B65A4DE3C965", Hash(set.Train));
        Assert.Equal("F1269716D2B7AD6FD4191F271668168DBD27C473264FA4A95A1CF855A8F407D5", Hash(set.Test));
    }

    [Fact]
    public void Bits_depend_on_the_seed_and_not_on_the_number_of_threads()
    {
        Assert.Equal(Hash(SyntheticDigits.Create(300, 1, 7, threads: 1).Train), Hash(SyntheticDigits.Create(300, 1, 7, threads: 5).Train));
        Assert.NotEqual(Hash(SyntheticDigits.Create(300, 1, 7).Train), Hash(SyntheticDigits.Create(300, 1, 8).Train));
    }

    [Fact]
    public void Classes_are_balanced_and_the_test_part_does_not_depend_on_the_training_count()
    {
        DataSplit set = SyntheticDigits.Create(105, 40, 7);
        int[] counts = [.. set.Train.Labels!.GroupBy(label => label).OrderBy(group => group.Key).Select(group => group.Count())];
        Assert.Equal([11, 11, 11, 11, 11, 10, 10, 10, 10, 10], counts);
        Assert.Equal(Hash(set.Test), Hash(SyntheticDigits.Create(3, 40, 7).Test));
    }

    [Fact]
    public void Digits_are_ink_on_paper_centred_and_never_twice_the_same()
    {
        Dataset set = SyntheticDigits.Create(500, 1, 3).Train;
        var seen = new HashSet<string>();
        for (int i = 0; i < set.Count; i++)
        {
            float[] pixels = set.Input(i).ToArray();
            double ink = pixels.Sum();
            double x = pixels.Select((value, p) => value * (p % 28 + 0.5)).Sum() / ink, y = pixels.Select((value,
                p) => value * (p / 28 + 0.5)).Sum() / ink;
            Assert.InRange(ink, 10, 300);
            Assert.InRange(x, 11.5, 16.5);
            Assert.InRange(y, 11.5, 16.5);
            Assert.All(pixels, value => Assert.Equal(value * 255, Math.Round(value * 255), 3));
            Assert.True(seen.Add(string.Join(',', pixels)));
        }
    }

    /// <summary>
    /// A nearest-mean classifier, the weakest there is, must tell most digits, and must not tell all: neither noise nor print.
    /// </summary>
    [Fact]
    public void Digits_can_be_learnt_but_are_no_print()
    {
        DataSplit set = SyntheticDigits.Create(2000, 500, 5);
        var means = new double[10, 784];
        for (int i = 0; i < set.Train.Count; i++)
        {
            for (int p = 0; p < 784; p++) means[set.Train.Labels![i], p] += set.Train.Input(i)[p] / 200;
        }

        int right = 0;
        for (int i = 0; i < set.Test.Count; i++)
        {
            float[] pixels = set.Test.Input(i).ToArray();
            int nearest = Enumerable.Range(0, 10).MinBy(c => pixels.Select((value, p) => (value - means[c, p]) * (value - means[c,
                p])).Sum());
            right += nearest == set.Test.Labels![i] ? 1 : 0;
        }

        Assert.InRange(right / (double)set.Test.Count, 0.7, 0.95);
    }

    private static string Hash(Dataset set)
    {
        byte[] bytes = [.. Array.ConvertAll(set.Inputs, value => (byte)MathF.Round(value * 255)),
            .. MemoryMarshal.AsBytes<int>(set.Labels)];
        return Convert.ToHexString(SHA256.HashData(bytes));
    }
}
