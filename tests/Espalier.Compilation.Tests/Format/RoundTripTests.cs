using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Tests.Shared;

namespace Espalier.Compilation.Tests.Format;

public sealed class RoundTripTests
{
    private const int NetworksTried = 2000;

    [Fact]
    public void Written_networks_read_back_equal_and_write_the_same_bytes() => RoundTrip(Networks.Random);

    [Fact]
    public void Written_graphs_read_back_equal_and_write_the_same_bytes() => RoundTrip(GraphNetworks.Random);

    [Fact]
    public void Reading_does_not_depend_on_how_the_text_is_cut_into_chunks()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            string text = ModelWriter.ToText(Networks.Random(seed));
            string broken = text[..(text.Length * 3 / 4)];

            Assert.Equal(Networks.Random(seed), ModelReader.Read(new TricklingReader(text)).Network);
            Assert.Equal(ModelReader.Read(new StringReader(broken)).Error, ModelReader.Read(new TricklingReader(broken)).Error);
        }
    }

    [Fact]
    public void A_text_of_many_chunks_reads_back_equal()
    {
        Network network = Networks.Large(300, 100, 0.3);

        ModelReadResult result = ModelReader.Read(new StringReader(ModelWriter.ToText(network)));

        Assert.Equal(network, result.Network);
    }

    private static void RoundTrip(Func<int, Network> make)
    {
        for (int seed = 0; seed < NetworksTried; seed++)
        {
            Network network = make(seed);
            string text = ModelWriter.ToText(network);

            ModelReadResult result = ModelReader.Read(new StringReader(text));

            Assert.True(result.Error is null, $"seed {seed}: {result.Error}\n{text}");
            Assert.True(network == result.Network, $"seed {seed}: not equal\n{text}");
            Assert.Equal(text, ModelWriter.ToText(result.Network!));
        }
    }

    /// <summary>Gives one character at a time, as a slow stream may.</summary>
    private sealed class TricklingReader(string text) : TextReader
    {
        private int _next;

        public override int Read(char[] buffer, int index, int count)
        {
            if (_next == text.Length) return 0;
            buffer[index] = text[_next++];
            return 1;
        }
    }
}
