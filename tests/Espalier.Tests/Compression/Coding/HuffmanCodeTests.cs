using Espalier.Compression.Coding;
using FsCheck;
using FsCheck.Fluent;

namespace Espalier.Tests.Compression.Coding;

public sealed class HuffmanCodeTests
{
    private static Gen<int[]> Counts => Gen.OneOf(Gen.Choose(0, 5), Gen.Choose(0, 1000), Gen.Choose(0, 2)).NonEmptyListOf()
        .Select(counts => counts.ToArray()).Where(counts => counts.Count(count => count > 0) > 1);

    [Fact]
    public void Lengths_fill_the_code_space_and_are_within_a_bit_of_the_entropy() => Prop.ForAll(Arb.From(Counts), counts =>
    {
        HuffmanCode code = HuffmanCode.FromCounts(counts);

        double total = counts.Sum(), entropy = 0, mean = 0, kraft = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            Assert.Equal(counts[i] == 0, code.Lengths[i] == 0);
            if (counts[i] == 0) continue;
            entropy -= counts[i] / total * Math.Log2(counts[i] / total);
            mean += counts[i] / total * code.Lengths[i];
            kraft += Math.Pow(2, -code.Lengths[i]);
        }

        Assert.Equal(1, kraft, 1e-12);
        Assert.InRange(mean, entropy - 1e-9, entropy + 1);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_code_is_the_beginning_of_another() => Prop.ForAll(Arb.From(Counts), counts =>
    {
        HuffmanCode code = HuffmanCode.FromCounts(counts);
        string[] words = [.. Enumerable.Range(0, counts.Length).Where(i => counts[i] > 0)
            .Select(i => Convert.ToString(code.Codes[i], 2).PadLeft(code.Lengths[i], '0'))];

        foreach (string word in words) Assert.Single(words, other => other.StartsWith(word, StringComparison.Ordinal));

        // Canonical: in the order of length, then symbol, the codes count upwards.
        var order = Enumerable.Range(0, counts.Length).Where(i => counts[i] > 0).OrderBy(i => code.Lengths[i]).ThenBy(i => i).ToArray();
        for (int i = 1; i < order.Length; i++)
        {
            uint next = (code.Codes[order[i - 1]] + 1) << (code.Lengths[order[i]] - code.Lengths[order[i - 1]]);
            Assert.Equal(next, code.Codes[order[i]]);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_code_is_as_short_as_the_best_of_all_complete_codes_of_four_symbols()
    {
        int[][] shapes = [[1, 2, 3, 3], [2, 2, 2, 2]];
        var random = new SeededRandom(4);
        for (int i = 0; i < 200; i++)
        {
            int[] counts = [.. Enumerable.Range(0, 4).Select(_ => 1 + random.Next(20))];
            int[] falling = [.. counts.OrderDescending()];
            int best = shapes.Min(lengths => lengths.Zip(falling, (length, count) => length * count).Sum());

            HuffmanCode code = HuffmanCode.FromCounts(counts);

            Assert.Equal(best, code.Lengths.Zip(counts, (length, count) => length * count).Sum());
        }
    }

    [Fact]
    public void The_table_and_all_symbols_come_back() => Prop.ForAll(Arb.From(Counts), counts =>
    {
        var writer = new BitWriter();
        HuffmanCode code = HuffmanCode.FromCounts(counts);
        code.WriteTable(writer);
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0) code.Write(writer, i);
        }

        var reader = new BitReader("t", writer.ToBytes(), 0);
        HuffmanCode read = HuffmanCode.ReadTable(reader, counts.Length);

        Assert.Equal(code.Lengths, read.Lengths);
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0) Assert.Equal(i, read.Read(reader));
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Counts_in_Fibonacci_proportions_do_not_grow_codes_beyond_the_limit()
    {
        var counts = new int[40];
        (counts[0], counts[1]) = (1, 1);
        for (int i = 2; i < counts.Length; i++) counts[i] = counts[i - 1] + counts[i - 2];

        HuffmanCode code = HuffmanCode.FromCounts(counts);

        // The best code of these counts has a symbol of 39 bits.
        Assert.InRange(code.Lengths.Max(), 16, HuffmanCode.MaxLength);
        Assert.Equal(1, code.Lengths.Sum(length => Math.Pow(2, -length)), 1e-12);
    }

    [Fact]
    public void A_single_symbol_takes_one_bit()
    {
        HuffmanCode code = HuffmanCode.FromCounts([0, 7, 0]);

        Assert.Equal([0, 1, 0], code.Lengths);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 2, 2)]
    [InlineData(0, 0, 0)]
    [InlineData(0, 2, 0)]
    public void Lengths_of_no_prefix_code_are_refused(params int[] lengths)
    {
        var writer = new BitWriter();
        int previous = 0;
        foreach (int length in lengths)
        {
            writer.WriteNumber(length > previous ? 2 * (length - previous) - 1 : 2 * (previous - length));
            previous = length;
        }

        Assert.Throws<EspalierException>(() => HuffmanCode.ReadTable(new BitReader("t", [.. writer.ToBytes(), 0, 0], 0), lengths.Length));
    }
}
