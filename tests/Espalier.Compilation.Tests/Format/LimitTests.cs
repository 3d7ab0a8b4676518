using System.Globalization;
using System.Text;
using Espalier.Compilation.Format;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Format;

public sealed class LimitTests
{
    private const string Head = "espalier 1\nsha256 0000000000000000000000000000000000000000000000000000000000000000\nnetwork n\n";
    private const int SmallChange = 200_000;

    [Theory]
    [InlineData("input 1048576\nlayer a dense 1048576 1048576 relu\n00000000 1048575:3f800000\n")]
    [InlineData("input 1024x1024x1\nlayer a dense 1048576 1048576 relu\n")]
    [InlineData("input 2147483647\n")]
    [InlineData("input 1\nlayer a dense 1 1048576 relu\ncodebook 3f800000\n00000000 0:0\n")]
    [InlineData("input 99999x99999x99999\n")]
    public void Stated_sizes_alone_claim_no_memory(string body)
    {
        ModelReader.Read(new StringReader(Head + body));
        long before = GC.GetAllocatedBytesForCurrentThread();

        ModelReadResult result = ModelReader.Read(new StringReader(Head + body));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, SmallChange);
        Assert.NotNull(result.Error);
    }

    [Theory]
    [InlineData(' ')]
    [InlineData('a')]
    [InlineData('0')]
    [InlineData('\n')]
    [InlineData('\0')]
    public void An_endless_text_ends_at_its_first_error(char filler)
    {
        var endless = new EndlessReader(Head + "input ", filler);

        ModelReadResult result = ModelReader.Read(endless);

        Assert.NotNull(result.Error);
        Assert.InRange(endless.CharactersRead, 1, SmallChange);
    }

    [Fact]
    public void One_layer_too_many_is_refused()
    {
        var text = new StringBuilder(Head + "input 1\n");
        for (int i = 0; i <= ModelLimits.MaxLayers; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"layer l{i} dense 1 1 relu\n00000000\n");
        }

        ModelReadResult result = ModelReader.Read(new StringReader(text.ToString()));

        Assert.Equal(new ModelError(5 + 2 * ModelLimits.MaxLayers, 1, 5, "A network has at most 1,024 layers."), result.Error);
    }

    [Fact]
    public void One_sample_too_many_is_refused()
    {
        string samples = string.Concat(Enumerable.Repeat("sample > 00000000\n", ModelLimits.MaxSamples + 1));

        ModelReadResult result = ModelReader.Read(new StringReader(Head + "input 1\nlayer a dense 1 1 relu\n00000000\n" + samples));

        Assert.Equal(new ModelError(7 + ModelLimits.MaxSamples, 1, 6, "A model has at most 4,096 samples."), result.Error);
    }

    [Fact]
    public void One_shared_weight_too_many_is_refused()
    {
        string codes = string.Concat(Enumerable.Range(1, ModelLimits.MaxCodes + 1).Select(i => $" {i:x8}"));

        ModelReadResult result = ModelReader.Read(new StringReader(Head + "input 1\nlayer a dense 1 1 relu\ncodebook" + codes + "\n"));

        Assert.Equal(new ModelError(6, 10 + 9 * ModelLimits.MaxCodes, 8, "A layer shares at most 65,536 weights."), result.Error);
    }

    [Fact]
    public void A_million_weights_read_back_equal()
    {
        Network network = Networks.Large(1000, 1000, 2);

        ModelReadResult result = ModelReader.Read(new StringReader(ModelWriter.ToText(network)));

        Assert.Equal(1_000_000, result.Network?.WeightCount);
        Assert.Equal(network, result.Network);
    }

    [Fact]
    public void One_weight_too_many_is_refused()
    {
        const int Width = 4096;
        string row = "00000000" + string.Concat(Enumerable.Range(0, Width).Select(i => $" {i}:0")) + "\n";
        IEnumerable<string> text =
        [
            Head, $"input {Width}\n",
            $"layer a dense {Width} {Width} relu\ncodebook 3f800000\n", .. Enumerable.Repeat(row, Width),
            $"layer b dense {Width} 1 relu\n00000000 7:3f800000\n",
        ];

        ModelReadResult result = ModelReader.Read(new PiecesReader(text));

        Assert.Equal(new ModelError(6 + Width + 2, 12, 8, "A network has at most 16,777,216 weights."), result.Error);
    }

    private sealed class PiecesReader(IEnumerable<string> pieces) : TextReader
    {
        private readonly IEnumerator<string> _pieces = pieces.GetEnumerator();
        private string _piece = "";
        private int _next;

        public override int Read(char[] buffer, int index, int count)
        {
            while (_next == _piece.Length)
            {
                if (!_pieces.MoveNext()) return 0;
                (_piece, _next) = (_pieces.Current, 0);
            }

            int length = Math.Min(count, _piece.Length - _next);
            _piece.CopyTo(_next, buffer, index, length);
            _next += length;
            return length;
        }
    }

    private sealed class EndlessReader(string start, char filler) : TextReader
    {
        public int CharactersRead { get; private set; }

        public override int Read(char[] buffer, int index, int count)
        {
            for (int i = 0; i < count; i++, CharactersRead++)
            {
                buffer[index + i] = CharactersRead < start.Length ? start[CharactersRead] : filler;
            }

            return count;
        }
    }
}
