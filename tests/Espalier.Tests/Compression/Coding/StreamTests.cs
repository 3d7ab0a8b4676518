using Espalier.Compilation.Model;
using Espalier.Compression;
using Espalier.Compression.Coding;
using FsCheck;
using FsCheck.Fluent;

namespace Espalier.Tests.Compression.Coding;

/// <summary>The streams within a compressed model, each on its own.</summary>
public sealed class StreamTests
{
    [Fact]
    public void Bits_and_numbers_come_back_and_the_end_is_noticed()
    {
        var random = new SeededRandom(1);
        var written = new List<(ulong Value, int Count)>();
        var writer = new BitWriter();
        long bits = 0;
        for (int i = 0; i < 5000; i++)
        {
            int count = random.Next(65);
            ulong value = count == 64 ? random.NextUInt64() : random.NextUInt64() & ((1UL << count) - 1);
            written.Add((value, count));
            writer.Write(value, count);
            long number = (long)(random.NextUInt64() >> (2 + random.Next(60)));
            written.Add(((ulong)number, -1));
            writer.WriteNumber(number);
            bits += count + 2 * (long)Math.Floor(Math.Log2(number + 1.0)) + 1;
        }

        // The logarithm of a double may round up just below a power of two.
        Assert.InRange(writer.Length, bits - 20, bits + 20);
        var reader = new BitReader("t", writer.ToBytes(), 0);
        foreach ((ulong value, int count) in written)
        {
            Assert.Equal(value, count >= 0 ? reader.Read(count) : (ulong)reader.ReadNumber("n", 0, long.MaxValue));
        }

        Assert.InRange(reader.Remaining, 0, 7);
        string message = Assert.Throws<EspalierException>(() => reader.Read(8)).Message;
        Assert.StartsWith("t: byte ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_gaps_come_back_in_every_coding()
    {
        Gen<long[]> gaps = Gen.OneOf(Gen.Choose(0, 3), Gen.Choose(0, 300), Gen.Choose(0, 4000)).Select(gap => (long)gap).ListOf()
            .Select(list => list.ToArray());
        Prop.ForAll(Arb.From(gaps), values =>
        {
            foreach (GapCoder coder in GapCoder.Candidates(new CompressionOptions()))
            {
                (List<long> filled, List<bool> isFiller) = coder.Fill(values);
                Assert.Equal(coder.CountFillers(values), isFiller.Count(filler => filler));
                var writer = new BitWriter();
                (long table, long stream) = coder.WriteGaps(writer, filled);
                Assert.Equal(writer.Length, table + stream);

                long[] read = coder.ReadGaps(new BitReader("t", writer.ToBytes(), 0), filled.Count);

                Assert.Equal(filled, read);
                Assert.Equal(Positions(values), Positions(read).Where((_, i) => !isFiller[i]));
            }
        }).QuickCheckThrowOnFailure();

        static IEnumerable<long> Positions(IEnumerable<long> gaps)
        {
            long position = -1;
            foreach (long gap in gaps) yield return position += gap + 1;
        }
    }

    /// <summary>The paper's figure 2: with 3 bits, the ten zeros from index 4 to 15 take a filler at index 12.</summary>
    [Theory]
    [InlineData(3, 7, 0)]
    [InlineData(3, 8, 1)]
    [InlineData(3, 10, 1)]
    [InlineData(3, 15, 1)]
    [InlineData(3, 16, 2)]
    [InlineData(5, 31, 0)]
    [InlineData(5, 32, 1)]
    [InlineData(1, 5, 2)]
    public void Fillers_are_as_many_as_whole_stretches_of_two_to_the_bits_in_the_gap(int bits, int gap, int fillers)
    {
        (List<long> gaps, List<bool> isFiller) = new GapCoder(true, bits).Fill([gap]);

        Assert.Equal(fillers, isFiller.Count(filler => filler));
        Assert.False(isFiller[^1]);
        Assert.All(gaps, value => Assert.InRange(value, 0, (1 << bits) - 1));
        Assert.Equal(gap, gaps.Sum() + fillers);
    }

    [Fact]
    public void The_widest_gap_there_can_be_comes_back()
    {
        foreach (int m in Enumerable.Range(0, 5))
        {
            var coder = new GapCoder(false, m);
            var writer = new BitWriter();
            coder.WriteGaps(writer, [(1L << 40) - 1, 0]);
            Assert.Equal([(1L << 40) - 1, 0], coder.ReadGaps(new BitReader("t", writer.ToBytes(), 0), 2));
        }
    }

    [Fact]
    public void Symbols_take_at_most_their_fixed_width_and_a_bit()
    {
        var random = new SeededRandom(2);
        for (int i = 0; i < 300; i++)
        {
            int alphabet = 1 + random.Next(40);
            int[] symbols = [.. Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(1 + random.Next(alphabet)))];
            var writer = new BitWriter();

            (long table, long stream) = SymbolStream.Write(writer, symbols, alphabet);

            Assert.Equal(writer.Length, table + stream);
            Assert.True(writer.Length <= 1 + (long)SymbolStream.Width(alphabet) * symbols.Length);
            Assert.Equal(symbols, SymbolStream.Read(new BitReader("t", writer.ToBytes(), 0), symbols.Length, alphabet));
        }
    }

    [Fact]
    public void Floats_come_back_to_the_bit_and_low_zeros_cost_nothing()
    {
        Gen<float[]> values = Gen.OneOf(
            ArbMap.Default.GeneratorFor<float>().Where(float.IsFinite), Gen.Elements(0f, -0f, 1f, -2.5f, float.Epsilon)).ListOf()
            .Select(list => list.ToArray());
        Prop.ForAll(Arb.From(values), floats =>
        {
            var writer = new BitWriter();
            FloatStreamSize size = FloatStream.Write(writer, floats);
            Assert.Equal(writer.Length, size.Total);
            (float[] read, _) = FloatStream.Read(new BitReader("t", writer.ToBytes(), 0), floats.Length);
            Assert.Equal(floats.Select(FloatBits.Of), read.Select(FloatBits.Of));
        }).QuickCheckThrowOnFailure();

        // 1, 2, 3 and so on to 15 have 23 - 3 or more zeros at their ends.
        var plain = new BitWriter();
        FloatStream.Write(plain, [.. Enumerable.Range(1, 15).Select(i => (float)i)]);
        Assert.Equal(1 + 5 + 15 * 12, plain.Length);
    }
}
