using Espalier.Compilation.Model;
using Espalier.Compression.Coding;
using Espalier.Compression.Container;
using Espalier.Tests.Inference.Baselines;

namespace Espalier.Tests.Compression.Container;

/// <summary>
/// Heads of layers, above all the code by which activations that came later stand in a field with room for eight: a flattening with ReLU,
/// which does not exist, and then the activation's own number.
/// </summary>
public sealed class LayerHeadCoderTests
{
    private static readonly Shape s_image = new(2, 3, 3);

    [Fact]
    public void Every_activation_comes_back_on_every_kind_of_layer()
    {
        foreach (Activation activation in Activations.All)
        {
            foreach (Layer layer in Layers(activation))
            {
                (Layer back, long unread) = ReadBack(layer);
                Assert.Equal(layer with { Name = "layer" }, back);
                Assert.Equal(0, unread);
            }
        }
    }

    [Fact]
    public void A_flattening_is_not_taken_for_the_code()
    {
        Layer flatten = new FlattenLayer("layer", s_image);
        Assert.Equal((flatten, 0L), ReadBack(flatten));
    }

    /// <summary>
    /// What files hold that older versions wrote: only later activations take more bits, 7 for the code and 3 for the layer's kind.
    /// </summary>
    [Fact]
    public void Only_later_activations_take_the_code()
    {
        long relu = Bits(Dense(Activation.Relu)), softplus = Bits(Dense(Activation.Softplus));
        Assert.Equal(relu, Bits(Dense(Activation.Softmax)));
        Assert.Equal(Bits(Dense(Activation.Gelu)), softplus);
        Assert.True(softplus >= relu + 10, $"{softplus} bits after {relu}");
    }

    [Fact]
    public void A_number_that_is_no_activation_is_refused()
    {
        var writer = new BitWriter();
        LayerHeadCoder.Write(writer, Single(Dense(Activation.HardSwish)), 0);
        byte[] bytes = writer.ToBytes();
        int refused = 0;
        for (int bit = 0; bit < writer.Length; bit++)
        {
            byte[] damaged = [.. bytes];
            damaged[bit / 8] ^= (byte)(128 >> (bit % 8));
            try
            {
                LayerHeadCoder.Read(new BitReader("file", damaged, 0), s_image, []);
            }
            catch (EspalierException error)
            {
                Assert.DoesNotContain('\n', error.Message);
                if (error.Message.Contains("has an activation that this version does not know", StringComparison.Ordinal)) refused++;
            }
        }

        Assert.True(refused > 0);
    }

    private static IEnumerable<Layer> Layers(Activation activation)
    {
        yield return Dense(activation);
        yield return new ConvolutionLayer(
            "layer", s_image, new Window(2, 2), 1, SparseMatrix.FromDense(1, 8, [1, 0, 2, 0, 0, 3, 0, 4]), new FloatVector([0.5f]),
                activation);
        yield return new PoolingLayer("layer", s_image, PoolingKind.Average, new Window(2, 2), true, false, activation);
        yield return new BatchNormalizationLayer(
            "layer", s_image, new([1, 2]), new([3, 4]), new([5, 6]), new([7, 8]), 0.25f, activation);
        yield return new AdditionLayer("layer", s_image, 2, activation) { Sources = new([Layer.InputName, Layer.InputName]) };
        yield return new ConcatenationLayer(
            "layer", new([s_image, s_image]), activation) { Sources = new([Layer.InputName, Layer.InputName]) };
    }

    private static DenseLayer Dense(Activation activation) =>
        new("layer", SparseMatrix.FromDense(1, s_image.Length, new float[s_image.Length]), new FloatVector([0.5f]), activation);

    private static Network Single(Layer layer) => new("n", s_image, new([layer]), default);

    private static long Bits(Layer layer)
    {
        var writer = new BitWriter();
        LayerHeadCoder.Write(writer, Single(layer), 0);
        return writer.Length;
    }

    private static (Layer Layer, long Unread) ReadBack(Layer layer)
    {
        var writer = new BitWriter();
        LayerHeadCoder.Write(writer, Single(layer), 0);
        var reader = new BitReader("file", writer.ToBytes(), 0);
        LayerHeadResult head = LayerHeadCoder.Read(reader, s_image, []);
        long unread = reader.Remaining / 8; // The last byte is filled up.
        return layer is WeightedLayer weighted ? (head.Make!(weighted.Weights, weighted.Biases), unread) : (head.Layer!, unread);
    }
}
