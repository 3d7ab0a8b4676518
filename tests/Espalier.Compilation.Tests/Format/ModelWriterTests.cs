using Espalier.Compilation.Format;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Format;

public sealed class ModelWriterTests
{
    [Fact]
    public void Stored_zeros_are_left_out()
    {
        var weights = new SparseMatrix(1, 4, [0, 4], [0, 1, 2, 3], [0, 1, -0f, 2]);
        var sample = new Sample([0, 1], new FloatVector([0, 1]), new FloatVector([3]));

        string body = Networks.Body(Networks.Of("n", 4, [Layer(weights)], [sample]));

        Assert.Equal("network n\ninput 4\nlayer a dense 4 1 relu\n00000000 1:3f800000 3:40000000\nsample 1:3f800000 > 40400000\n", body);
    }

    [Fact]
    public void A_codebook_is_sorted_and_loses_zeros_and_repetitions()
    {
        var weights = new SparseMatrix(1, 2, [0, 2], [0, 1], [1, -1], new FloatVector([1, -0f, -1, 0, 1]));

        string body = Networks.Body(Networks.Of("n", 2, [Layer(weights)]));

        Assert.Equal("network n\ninput 2\nlayer a dense 2 1 relu\ncodebook bf800000 3f800000\n00000000 0:1 1:0\n", body);
    }

    [Fact]
    public void The_text_ends_its_lines_in_a_line_feed_whatever_the_writer_prefers()
    {
        using var writer = new StringWriter { NewLine = "\r\n" };

        ModelWriter.Write(Networks.Small(), writer);

        Assert.DoesNotContain('\r', writer.ToString());
    }

    public static TheoryData<string, string> Unwritable => new()
    {
        { "name", "'a b' is not an identifier of 1 to 64 ASCII letters, digits and underscores." },
        { "output", "Sample 0 holds a number that is not finite." },
        { "samples", "The network has 4,097 samples; a model file takes at most 4,096." },
        { "inputs", "The network has 1,048,577 inputs; a model file takes at most 1,048,576." },
        { "layers", "The network has 1,025 layers; a model file takes at most 1,024." },
        { "codes", "The network has 65,537 shared weights in layer 'a'; a model file takes at most 65,536." },
        { "outputs", "The network has 1,048,577 outputs in layer 'a'; a model file takes at most 1,048,576." },
    };

    [Theory]
    [MemberData(nameof(Unwritable))]
    public void What_cannot_be_read_is_not_written(string what, string fault)
    {
        Layer one = Layer(SparseMatrix.FromDense(1, 1, [1]));
        var infinite = new Sample([], FloatVector.Empty, new FloatVector([float.PositiveInfinity]));
        var sample = new Sample([], FloatVector.Empty, new FloatVector([0]));
        Network network = what switch
        {
            "name" => Networks.Of("a b", 1, [one]),
            "output" => Networks.Of("n", 1, [one], [infinite]),
            "samples" => Networks.Of("n", 1, [one], [.. Enumerable.Repeat(sample, ModelLimits.MaxSamples + 1)]),
            "inputs" => Networks.Of("n", ModelLimits.MaxValues + 1, [Layer(Empty(1, ModelLimits.MaxValues + 1))]),
            "layers" => Networks.Of("n", 1, [.. Enumerable.Range(0, ModelLimits.MaxLayers + 1).Select(i => one with { Name = $"l{i}" })]),
            "codes" => Networks.Of("n", 1, [Layer(new SparseMatrix(1, 1, [0, 0], [], [], Ascending(ModelLimits.MaxCodes + 1)))]),
            _ => Networks.Of("n", 1, [Layer(Empty(ModelLimits.MaxValues + 1, 1))]),
        };

        var error = Assert.Throws<ArgumentException>(() => ModelWriter.ToText(network));

        Assert.StartsWith(fault, error.Message, StringComparison.Ordinal);
    }

    private static DenseLayer Layer(SparseMatrix weights) => new("a", weights, new FloatVector(new float[weights.Rows]), Activation.Relu);

    private static SparseMatrix Empty(int rows, int columns) => new(rows, columns, new int[rows + 1], [], []);

    private static FloatVector Ascending(int count) => new([.. Enumerable.Range(1, count).Select(i => (float)i)]);
}
