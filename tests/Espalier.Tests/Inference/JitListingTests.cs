using System.Text;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;

namespace Espalier.Tests.Inference;

/// <summary>
/// The JIT gives up optimising methods above fixed limits without a word, and they run four times slower. Here a child process runs
/// generated code with the JIT's own listing switched on, and the listing is read.
/// </summary>
public sealed class JitListingTests
{
    /// <summary>
    /// A method of 3,000 statements in the style of the generated ones: proof that the listing shows what the test denies.
    /// </summary>
    private static readonly EmittedFile s_tooLong = new("TooLong.cs", $$"""
        static class TooLong
        {
            [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
            public static float Sum(System.ReadOnlySpan<float> input)
            {
                input = input.Slice(0, 100);
                float p0 = 0f;
                {{string.Concat(Enumerable.Range(0, 3000).Select(i => $"p0 = p0 + input[{i % 100}] * {i}.5f;\n"))}}
                return p0;
            }
        }
        """);

    private static readonly LoweringOptions[] s_scalar =
    [
        new() { Kernel = KernelKind.Unrolled, Widths = VectorWidth.Scalar },
        new() { Kernel = KernelKind.Table, Widths = VectorWidth.Scalar },
    ];

    [Fact]
    public void No_generated_method_is_compiled_without_optimisation()
    {
        // 40,000 terms need splitting, one row alone is longer than any method may be, and units without weights fill methods of their own.
        Network large = RandomNetworks.Classifier(1, 0.2, 784, 200, 100, 10);
        Network longRow = RandomNetworks.Classifier(2, 0.99, 5000, 2, 3);
        Network manyUnits = RandomNetworks.Classifier(3, 0.002, 200, 3000);
        Network transcendental = RandomNetworks.Classifier(4, 0.3, 50, 60, 10);
        transcendental = transcendental with
        {
            Layers = new EquatableArray<Layer>(
                transcendental.Layers.Select(layer => (DenseLayer)layer with { Activation = Activation.Tanh })),
        };
        List<EmittedFile> files = [s_tooLong];
        var calls = new StringBuilder();
        var vectorLayers = new List<string>();
        Network[] networks = [large, longRow, manyUnits, transcendental, Convolutional()];
        foreach ((int i, Network candidate) in networks.Index())
        {
            // Vector kernels are loops whatever the size of the layer: one network shows them all.
            foreach (LoweringOptions options in candidate == transcendental
                ? [.. s_scalar, .. VectorForms()]
                : candidate.Layers[0] is ConvolutionLayer ? PixelForms() : s_scalar)
            {
                LoweredNetwork lowered = LoweringPipeline.Run(candidate, options);
                string name = $"{options.Kernel}{options.Widths}{i}";
                files.AddRange(CSharpEmitter.Emit(lowered, new EmitOptions(name)));
                calls.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""
                    {{name}}.Predict(new float[{{name}}.InputLength], new float[{{name}}.OutputLength]);

                    """);
                foreach ((int layer, KernelChoice choice) in lowered.Widest.Kernels.Index())
                {
                    if (choice.Width != VectorWidth.Scalar) vectorLayers.Add($"{name}+Kernels+On{lowered.Widest.Width}:Layer{layer}");
                }
            }
        }

        files.Add(new EmittedFile("Program.cs", $$"""
            static class Program
            {
                static void Main()
                {
                    TooLong.Sum(new float[100]);
                    {{calls}}
                }
            }
            """));

        string[] listing = Run(files);

        Assert.Contains(listing, line =>
            line.Contains("TooLong:Sum", StringComparison.Ordinal) && line.Contains("MinOpts", StringComparison.Ordinal));
        string[] kernels = [.. listing.Where(line => line.Contains("+Kernels", StringComparison.Ordinal))];
        Assert.All(kernels, line => Assert.Contains("FullOpts", line, StringComparison.Ordinal));
        int parts = kernels.Count(line => line.Contains("Part", StringComparison.Ordinal));
        Assert.True(parts > 40, $"Only {parts} parts of split layers were seen:\n{string.Join("\n", kernels)}");
        Assert.Equal(VectorForms().Any(), vectorLayers.Count > 0);

        // The method of a layer that only calls one of its parts may be compiled into its caller; the part is not.
        Assert.All(vectorLayers, layer => Assert.Contains(kernels, line =>
            line.Contains(layer + "(", StringComparison.Ordinal) || line.Contains(layer + "From", StringComparison.Ordinal)));
    }

    /// <summary>Convolutions with as many taps as straight-line code may have in one method, and all other kinds of layers.</summary>
    private static Network Convolutional()
    {
        var random = new SeededRandom(5);
        Shape image = new(1, 28, 28), first = new(20, 24, 24), second = new(30, 8, 8);
        Layer[] layers =
        [
            new ConvolutionLayer(
                "conv", image, Window.Square(5), 1, RandomNetworks.Matrix(random, 20, 25, 0.5), new FloatVector(new float[20]),
                Activation.Tanh),
            new PoolingLayer("pool", first, PoolingKind.Max, Window.Square(2, 2), false, false, Activation.Identity),
            new ConvolutionLayer(
                "next", new Shape(20, 12, 12), Window.Square(5), 1, RandomNetworks.Matrix(random, 30, 500, 0.2),
                new FloatVector(new float[30]), Activation.Relu),
            new AdditionLayer("sum", second, 2, Activation.Sigmoid) { Sources = new EquatableArray<string>(["next", "next"]) },
            new ConcatenationLayer(
                "both", new EquatableArray<Shape>([second, second]),
                Activation.Relu) { Sources = new EquatableArray<string>(["sum", "next"]) },
            new PoolingLayer("mean", new Shape(60, 8, 8), PoolingKind.Average, Window.Square(3, 2, 1), false, false, Activation.Identity),
            new DenseLayer("out", RandomNetworks.Matrix(random, 10, 960, 0.2), new FloatVector(new float[10]), Activation.Softmax),
        ];
        return new Network("convolutional", image, new EquatableArray<Layer>(layers), default);
    }

    /// <summary>Scalar code for all kinds of layers, and each kernel of convolutions at each width that the processor has.</summary>
    private static LoweringOptions[] PixelForms() =>
    [
        s_scalar[0],
        .. from kernel in (KernelKind[])[KernelKind.Pixels, KernelKind.UnrolledPixels]
           from width in Enum.GetValues<VectorWidth>()
           where width != VectorWidth.Scalar && PlanMethods.CanRun(width)
           select new LoweringOptions { Kernel = kernel, Widths = width },
    ];

    /// <summary>Each vector kernel at each width that the processor has.</summary>
    private static IEnumerable<LoweringOptions> VectorForms() =>
        from kernel in (KernelKind[])[KernelKind.Permute, KernelKind.Block, KernelKind.Dense]
        from width in Enum.GetValues<VectorWidth>()
        where width != VectorWidth.Scalar && (kernel, width) != (KernelKind.Permute, VectorWidth.Vector128) && PlanMethods.CanRun(width)
        select new LoweringOptions { Kernel = kernel, Widths = width };

    private static string[] Run(IReadOnlyList<EmittedFile> files)
    {
        string listing = Path.GetTempFileName();
        try
        {
            // Each method is compiled once and for good: with full optimisation, or with the least where the JIT gives up.
            ChildProgram.Run(
                files, ("DOTNET_JitStdOutFile", listing), ("DOTNET_JitDisasmSummary", "1"), ("DOTNET_TieredCompilation", "0"));
            return File.ReadAllLines(listing);
        }
        finally
        {
            File.Delete(listing);
        }
    }
}
