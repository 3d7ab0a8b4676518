using Espalier.Compilation.Format;

namespace Espalier.Compilation.Tests.Format;

/// <summary>One row for each way in which a text can be wrong: where the error points and what it says.</summary>
public sealed class ReaderErrorTests
{
    private const string Hash = "sha256 0000000000000000000000000000000000000000000000000000000000000000\n";
    private const string Start = "espalier 1\n" + Hash;
    private const string Head = Start + "network n\ninput 3\n";
    private const string Dense = Head + "layer a dense 3 2 relu\n";
    private const string Rows = "00000000\n00000000\n";
    private const string Shared = Dense + "codebook bf800000 3f800000\n";
    private const string Image = Start + "network n\ninput 2x4x4\n";
    private const string Conv = Image + "layer c convolution 2x4x4 ";
    private const string Pool = Image + "layer p max-pooling 2x4x4 ";
    private const string Two = Pool + "2x2 identity\nlayer q flatten 2x3x3\n";
    private const string Sampled = Dense + Rows + "sample ";

    public static TheoryData<string, int, int, int, string> Errors => new()
    {
        // The version line.
        { "", 1, 1, 0, "Expected 'espalier 1', the first line of a model file, but found the end of the file. The file is cut short" },
        { "\n", 1, 1, 0, "found the end of the line" },
        { "Espalier 1\n", 1, 1, 8, "found 'Espalier'" },
        { "espaliers 1\n", 1, 1, 9, "found 'espaliers'" },
        { "\uFEFFespalier 1\n", 1, 1, 1, "found a byte-order mark. Save the file without it." },
        { "\0\u0001", 1, 1, 1, "found the character U+0000. A model file is printable ASCII only." },
        { "espalier\n", 1, 9, 0, "Expected a space and the format version, but found the end of the line" },
        { "espalier  1\n", 1, 10, 1, "but found a space. Tokens are separated by exactly one space" },
        { "espalier\t1\n", 1, 9, 1, "but found a tab. Tokens are separated by exactly one space" },
        { "espalier 01\n", 1, 10, 2, "without leading zeros, but found '01'" },
        { "espalier one\n", 1, 10, 3, "but found 'one'" },
        { "espalier 2\nanything", 1, 10, 1, "The file has format version 2, but this reader knows version 1 only: update Espalier" },
        { "espalier 1\r\n", 1, 11, 1,
            "a carriage return. Lines end in a line feed alone; if Git changed them, put '*.espalier text eol=lf'" },
        { "espalier 1 \n", 1, 11, 1, "Expected the line feed that ends the line, but found a space" },

        // The hash line.
        { "espalier 1\nmd5 00\n", 2, 1, 3, "Expected 'sha256' and the hash of the text below, but found 'md5'" },
        { "espalier 1\nsha256 00\n", 2, 8, 2, "'00' is not the SHA-256 of the text below in 64 lower-case hex digits" },
        { "espalier 1\n" + Hash.Replace("000\n", "00A\n", StringComparison.Ordinal), 2, 8, 64, "is not the SHA-256" },
        { "espalier 1\n" + Hash.Replace("\n", "0\n", StringComparison.Ordinal), 2, 8, 32, "found '00000000000000000000000000000000...'" },
        { Dense + Rows, 2, 8, 64, "The text below has the SHA-256 " },
        { Dense + Rows, 2, 8, 64, "the file was edited or damaged after it was written. Restore it or write the model again" },

        // The network's name and input.
        { Start, 3, 1, 0, "Expected 'network' and the network's name, but found the end of the file" },
        { Start + "net n\n", 3, 1, 3, "found 'net'" },
        { Start + "network\n", 3, 8, 0, "Expected a space and the network's name" },
        { Start + "network 9lives\n", 3, 9, 6, "'9lives' is not the network's name: 1 to 64 ASCII letters, digits and underscores" },
        { Start + "network a\"b\n", 3, 9, 3, "'a\"b' is not the network's name" },
        { Start + "network a*/b\n", 3, 9, 4, "is not the network's name" },
        { Start + "network n\u00E9\n", 3, 10, 1, "found the character U+00E9. A model file is printable ASCII only." },
        { Start + "network " + new string('a', 65) + "\n", 3, 9, 32, "found 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'" },
        { Start + "network n m\n", 3, 10, 1, "Expected the line feed that ends the line, but found a space" },
        { Start + "network n\ninput 0\n", 4, 7, 1, "Expected the number of inputs, a number from 1 to 1048576 without" },
        { Start + "network n\ninput 1048577\n", 4, 7, 7, "found '1048577'" },
        { Start + "network n\ninput 99999999999999999999\n", 4, 7, 20, "found '99999999999999999999'" },
        { Start + "network n\ninput -3\n", 4, 7, 2, "found '-3'" },
        { Start + "network n\ninput 3x4\n", 4, 10, 0, "Expected 'x', but found the end of the line" },
        { Start + "network n\ninput 1024x1024x2\n", 4, 17, 1, "Expected the width of the input, a number from 1 to 1" },
        { Start + "network n\ninput 1024x1025x1\n", 4, 12, 6, "Expected the height of the input, a number from 1 to 1024" },
        { Start + "network n\ninput 3x1x1\n", 4, 11, 1, "A shape of 3 x 1 x 1 is written '3'." },
        { Start + "network n\ninput 3y1x1\n", 4, 8, 4, "Expected 'x' (in 1x28x28) or the line feed that ends the line, but found 'y1x1'" },

        // Layer lines.
        { Head, 5, 1, 0, "Expected 'layer' and the name of a layer, but found the end of the file" },
        { Head + "sample > 00000000\n", 5, 1, 6, "found 'sample'" },
        { Head + "layer a-b dense 3 2 relu\n", 5, 7, 3, "'a-b' is not the name of the layer" },
        { Head + "layer a conv 3 2 relu\n", 5, 9, 4, "'conv' is no kind of layer that this reader knows (dense, convolution," },
        { Head + "layer a " + new string('k', 33) + "\n", 5, 9, 32, "Expected the kind of the layer (dense, convolution" },
        { Head + "layer a dense 4 2 relu\n", 5, 15, 1, "Layer 'a' reads 4 values, but 3 come to it." },
        { Head + "layer a dense 3 0 relu\n", 5, 17, 1, "Expected the number of outputs, a number from 1 to 1048576" },
        { Head + "layer a dense 3 1048577 relu\n", 5, 17, 7, "found '1048577'" },
        { Head + "layer a dense 3 2\n", 5, 18, 0, "an activation function (identity, relu, leaky-relu, elu, selu, sigmoid, tanh" },
        { Head + "layer a dense 3 2 mish\n", 5, 19, 4, "'mish' is not an activation function (identity, relu" },
        { Head + "layer a dense 3 2 relu:00000000\n", 5, 23, 9, "found ':00000000'" },
        { Head + "layer a dense 3 2 elu\n", 5, 22, 0, "Expected ':', but found the end of the line" },
        { Head + "layer a dense 3 2 elu:1.0\n", 5, 23, 3, "the parameter of the activation of 8 lower-case hex digits, but found '1.0'" },
        { Head + "layer a dense 3 2 elu:7f800000\n", 5, 23, 8, "The parameter of the activation is infinite or not a number." },
        { Dense + Rows + "layer a dense 2 1 relu\n", 8, 7, 1, "Two layers are called 'a'" },
        { Dense + Rows + "layer b dense 3 1 relu\n", 8, 15, 1, "Layer 'b' reads 3 values, but 2 come to it." },

        // Images.
        { Head + "layer input dense 3 2 relu\n", 5, 7, 5, "'input' means the network's input: give the layer another name." },
        { Image + "layer c convolution 2x5x4 1 3x3 relu\n", 5, 21, 5, "Layer 'c' reads 2x5x4, but 2x4x4 comes to it." },
        { Conv + "0 3x3 relu\n", 5, 27, 1, "Expected the number of filters, a number from 1 to" },
        { Conv + "1 5x3 relu\n", 5, 31, 1, "Layer 'c' has a window that spans 5x3, but 2x4x4 with its padding comes to it." },
        { Conv + "1 3y3 relu\n", 5, 30, 2, "Expected 'x', but found 'y3'" },
        { Conv + "1 3x3 stride 1x1 relu\n", 5, 42, 1, "A stride of 1x1 is the default: leave it out." },
        { Conv + "1 3x3 dilation 1x1 relu\n", 5, 44, 1, "A dilation of 1x1 is the default: leave it out." },
        { Conv + "1 3x3 padding 0 0 0 0 relu\n", 5, 47, 1, "No padding is the default: leave it out." },
        { Conv + "1 3x3 padding 0 0 1 relu\n", 5, 47, 4, "Expected the padding to the right, a number from 0 to 4096" },
        { Conv + "1 3x3 groups 1 relu\n", 5, 40, 1, "Expected the number of groups, a number from 2 to" },
        { Conv + "1 3x3 groups 2 relu\n", 5, 40, 1, "2 groups do not divide 2 channels and 1 filters." },
        { Conv + "1 3x3 padding 1 1 1 1 stride 2x2 relu\n", 5, 49, 6, "'stride' is not an activation function" },
        { Conv + "2 3x3 softmax\n00000000\n00000000\n", 5, 7, 1, "Layer 'c' applies softmax to 2x2x2; softmax is for plain vectors." },
        { Conv + "1 3x3 relu\n", 6, 1, 0, "Expected the line of filter 0 of 1 (a bias, then its weights)" },
        { Conv + "1 3x3 relu\n00000000 18:3f800000\n", 6, 10, 11, "Expected the index of an input, a number from 0 to 17" },
        { Pool + "2x2 padding 2 0 0 0 identity\n", 5, 7, 1, "Layer 'p' pools nothing but padding in output row 0." },
        { Pool + "2x2 count-padding identity\n", 5, 7, 1, "Layer 'p' counts padding, but is no mean over padding." },
        { Image + "layer b batch-normalization 2x4x4 00000000 relu\n", 6, 1, 0, "Expected the scale of channel 0 of 2" },
        { Image + "layer b batch-normalization 2x4x4 7f800000 relu\n", 5, 35, 8, "Infinity or NaN stands for epsilon" },
        { Image + "layer b batch-normalization 2x4x4 00000000 relu\n3f800000 00000000 00000000 bf800000\n"
            + "3f800000 00000000 00000000 3f800000\n", 5, 7, 1, "Layer 'b' cannot normalise channel 0: its variance is negative" },

        // Layers that read others.
        { Two + "layer a addition from p,q 2x3x3 identity\n", 7, 25, 1, "Layer 'a' adds 2x3x3 and 18; the shapes must be equal." },
        { Two + "layer a addition from p,z 2x3x3 identity\n", 7, 25, 1, "Layer 'a' reads 'z', which no layer before it is called." },
        { Two + "layer a addition from p, 2x3x3 identity\n", 7, 25, 1, "Expected the name of an earlier layer, but found a space" },
        { Two + "layer a addition 18 identity\n", 7, 7, 1, "Layer 'a' adds 1 inputs; it needs at least two." },
        { Two + "layer a concatenation from p,q identity\n", 7, 7, 1,
            "Layer 'a' puts 2x3x3 and 18 together; heights and widths must be equal." },
        { Two + "layer a flatten from q 18\n", 7, 22, 1, "Layer 'a' reads 'q' anyway: leave out 'from q'." },
        { Two + "layer a flatten from p,q 2x3x3\n", 7, 7, 1, "Layer 'a' reads 1 inputs, but 2 come to it." },
        { Two + "layer a flatten from p 2x3x3\n", 6, 7, 1, "No layer reads 'q', and it is not the last." },

        // Shared weights.
        { Dense + "codebook\n", 6, 9, 0, "Expected a space and a shared weight, but found the end of the line" },
        { Dense + "codebook 00000000\n", 6, 10, 8, "Zero stands for a shared weight: zero weights are left out." },
        { Dense + "codebook 7fc00000\n", 6, 10, 8, "Infinity or NaN stands for a shared weight" },
        { Dense + "codebook 3f800000 3f800000\n", 6, 19, 8, "The shared weights do not ascend strictly" },
        { Dense + "codebook 3f800000 bf800000\n", 6, 19, 8, "The shared weights do not ascend strictly" },
        { Shared + "00000000 0:2\n", 7, 12, 1, "a code of the codebook, a number from 0 to 1 without leading zeros, but found '2'" },
        { Shared + "00000000 0:3f800000\n", 7, 12, 8, "Expected a code of the codebook" },

        // Unit lines.
        { Dense + "00000000\n", 7, 1, 0, "Expected the line of output 1 of 2 (a bias, then its weights), but found the end of the file" },
        { Dense + "00000000\nlayer b dense 2 1 relu\n", 7, 1, 5, "the line of output 1 of 2 (a bias, then its weights), but" },
        { Dense + "sample > 00000000\n", 6, 1, 6, "Expected the line of output 0 of 2" },
        { Dense + "\n", 6, 1, 0, "Expected a bias of 8 lower-case hex digits, but found the end of the line" },
        { Dense + "0000000\n", 6, 1, 7, "Expected a bias of 8 lower-case hex digits, but found '0000000'" },
        { Dense + "000000000\n", 6, 1, 9, "but found '000000000'" },
        { Dense + "3F800000\n", 6, 1, 8, "but found '3F800000'" },
        { Dense + "ff800000\n", 6, 1, 8, "Infinity or NaN stands for a bias: only finite numbers are allowed." },
        { Dense + "00000000 \n", 6, 10, 0, "Expected the index of an input, a number from 0 to 2" },
        { Dense + "00000000  0:3f800000\n", 6, 10, 1, "a space. Tokens are separated by exactly one space and lines do not end in one." },
        { Dense + "00000000 3:3f800000\n", 6, 10, 10, "index of an input, a number from 0 to 2 without leading zeros, but found '3:3f" },
        { Dense + "00000000 00:3f800000\n", 6, 10, 11, "without leading zeros, but found '00:3f800000'" },
        { Dense + "00000000 1:3f800000 1:3f800000\n", 6, 21, 1, "Index 1 comes after index 1: indices increase strictly along the line." },
        { Dense + "00000000 2:3f800000 0:3f800000\n", 6, 21, 1, "Index 0 comes after index 2" },
        { Dense + "00000000 1=3f800000\n", 6, 11, 9, "Expected ':', but found '=3f800000'" },
        { Dense + "00000000 1: 3f800000\n", 6, 12, 1, "Expected a weight of 8 lower-case hex digits, but found a space" },
        { Dense + "00000000 1:00000000\n", 6, 12, 8, "Zero stands for a weight: zero weights are left out." },
        { Dense + "00000000 1:80000000\n", 6, 12, 8, "Zero stands for a weight: zero weights are left out." },
        { Dense + "00000000 1:7f800000\n", 6, 12, 8, "Infinity or NaN stands for a weight: only finite numbers are allowed." },
        { Dense + "00000000 1:ffffffff\n", 6, 12, 8, "Infinity or NaN stands for a weight" },
        { Dense + "00000000 1:3f80000g\n", 6, 12, 8, "Expected a weight of 8 lower-case hex digits, but found '3f80000g'" },
        { Dense + "00000000 1:3f80000\u00E9\n", 6, 12, 7, "Expected a weight of 8 lower-case hex digits, but found '3f80000'" },
        { Dense + "00000000 1:3f800000\n00000000", 7, 9, 0, "but found the end of the file. The file is cut short" },

        // Samples, and what follows the last line.
        { Dense + Rows + "00000000\n", 8, 1, 8, "Expected 'layer', 'sample' or the end of the file, but found '00000000'" },
        { Dense + Rows + "\n", 8, 1, 0, "Expected 'layer', 'sample' or the end of the file, but found the end of the line" },
        { Dense + Rows + "sample\n", 8, 7, 0, "Expected a space and an input, or '>' and the outputs" },
        { Sampled + "3:3f800000 > 00000000 00000000\n", 8, 8, 10, "a number from 0 to 2" },
        { Sampled + "1:3f800000 0:3f800000 > 00000000 00000000\n", 8, 19, 1, "Index 0 comes after index 1" },
        { Sampled + "0:00000000 > 00000000 00000000\n", 8, 10, 8, "Zero stands for an input: zero inputs are left out." },
        { Sampled + "0:7f800000 > 00000000 00000000\n", 8, 10, 8, "Infinity or NaN stands for an input" },
        { Sampled + "0:3f800000\n", 8, 18, 0, "Expected a space and an input, or '>' and the outputs, but found the end of the line" },
        { Sampled + ">\n", 8, 9, 0, "Expected a space and output 0 of 2, but found the end of the line" },
        { Sampled + "> 00000000\n", 8, 18, 0, "Expected a space and output 1 of 2, but found the end of the line" },
        { Sampled + "> 00000000 00000000 00000000\n", 8, 27, 1, "Expected the line feed that ends the line, but found a space" },
        { Sampled + "> 00000000 7fc00000\n", 8, 19, 8, "Infinity or NaN stands for an output" },
        { Sampled + "> 00000000 00000000\nlayer b dense 2 1 relu\n", 9, 1, 5, "Expected 'sample' or the end of the file" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Reader_says_where_and_what_is_wrong(string text, int line, int column, int length, string message)
    {
        ModelReadResult result = ModelReader.Read(new StringReader(text));

        Assert.Null(result.Network);
        ModelError error = result.Error!;
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal((line, column, length), (error.Line, error.Column, error.Length));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_wrong_hash_names_the_right_one()
    {
        string text = ModelWriter.ToText(Networks.Small());
        string right = text.Substring(18, 64);
        string wrong = new('0', 64);
        string edited = text.Replace(right, wrong, StringComparison.Ordinal);

        ModelError error = ModelReader.Read(new StringReader(edited)).Error!;

        Assert.Contains($"The text below has the SHA-256 {right}, but {wrong} is stated here", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_read_throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => ModelReader.Read(new StringReader(Dense), source.Token));
    }
}
