using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering;

public sealed class NetworkContentTests
{
    private static readonly Shape s_image = new(2, 6, 6);

    private static readonly ConvolutionLayer s_convolution = Build.Convolution(
        "c", s_image, Window.Square(3, padding: 1), [[1, .. new float[17]], [.. new float[17], 2]], [1, 2], Activation.Relu);

    private static readonly PoolingLayer s_pooling = Build.Pooling("p", s_image, PoolingKind.Average, 2);

    private static readonly BatchNormalizationLayer s_normalization = Build.Normalization("n", s_image, [1, 2], [3, 4], Activation.Relu);

    /// <summary>Everything that a layer of any kind may differ in.</summary>
    [Fact]
    public void Whatever_decides_what_is_computed_is_in_the_hash()
    {
        Window window = s_convolution.Window;
        Layer[] layers =
        [
            s_convolution, s_convolution with { Name = "d" }, s_convolution with { Activation = Activation.LeakyRelu(0.5f) },
            s_convolution with { Activation = Activation.LeakyRelu(0.25f) }, s_convolution with { Biases = new FloatVector([1, 3]) },
            .. ((Window[])[
                window with { StrideX = 2 }, window with { StrideY = 2 }, window with { DilationX = 2 }, window with { DilationY = 2 },
                window with { Top = 0 }, window with { Left = 0 }, window with { Bottom = 0 }, window with { Right = 0 },
            ]).Select(other => s_convolution with { Window = other }),
            s_convolution with { Groups = 2 }, s_convolution with { Input = s_image with { Width = 7 } },
            s_pooling, s_pooling with { Kind = PoolingKind.Max }, s_pooling with { Ceiling = true }, s_pooling with { CountPadding = true },
            s_pooling with { Window = Window.Square(3) }, s_normalization, s_normalization with { Epsilon = 1 },
            s_normalization with { Scale = new FloatVector([1, 3]) }, s_normalization with { Shift = new FloatVector([1, 3]) },
            s_normalization with { Mean = new FloatVector([1, 3]) }, s_normalization with { Variance = new FloatVector([1, 3]) },
            new FlattenLayer("c", s_image), new AdditionLayer("c", s_image, 2, Activation.Relu),
            new AdditionLayer("c", s_image, 3, Activation.Relu),
            new AdditionLayer("c", s_image, 2, Activation.Relu).Reading("a", "b"),
            new AdditionLayer("c", s_image, 2, Activation.Relu).Reading("b", "a"),
            new ConcatenationLayer("c", new EquatableArray<Shape>([s_image, s_image]), Activation.Relu),
        ];
        ContentHash[] hashes = [.. layers.Select(layer => NetworkContent.HashOf(Build.Graph(s_image, layer)))];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }
}
