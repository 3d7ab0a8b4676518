using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class SplitMethodsTests
{
    [Fact]
    public void The_example_of_the_documentation() => Assert.Equal(
        [
            new MethodPart(0, 0, 2, 0, 900, false),
            new MethodPart(0, 2, 1, 900, 200, false),
            new MethodPart(0, 3, 1, 1100, 1000, true),
            new MethodPart(0, 3, 1, 2100, 1000, true),
            new MethodPart(0, 3, 1, 3100, 500, true),
        ],
        Split(KernelKind.Unrolled, 1000, 600, 300, 200, 2500).Widest.Methods);

    [Fact]
    public void Units_without_weights_fill_methods_too()
    {
        // Each costs as much as three terms.
        LoweredNetwork result = Split(KernelKind.Unrolled, 9, 0, 0, 0, 0);
        Assert.Equal([new MethodPart(0, 0, 3, 0, 0, false), new MethodPart(0, 3, 1, 0, 0, false)], result.Widest.Methods);
    }

    [Fact]
    public void Pieces_begin_at_a_multiple_of_four_terms()
    {
        LoweredNetwork result = Split(KernelKind.Unrolled, 11, 3, 30, 2);
        Assert.Equal([0, 8, 16, 24], result.Widest.Methods.Where(part => part.IsPiece).Select(part => part.FirstTerm - 3));
    }

    [Fact]
    public void A_loop_is_one_method_however_long() =>
        Assert.Equal([new MethodPart(0, 0, 4, 0, 3600, false)], Split(KernelKind.Table, 1000, 600, 300, 200, 2500).Widest.Methods);

    [Fact]
    public void Random_layers_are_covered_exactly_within_the_budget()
    {
        var random = new Random(2);
        for (int round = 0; round < 300; round++)
        {
            int terms = random.Next(8, 60);
            int[] counts = [.. Enumerable.Range(0, random.Next(1, 20))
                .Select(_ => random.Next(4) == 0 ? random.Next(200) : random.Next(12))];
            LoweredNetwork result = Split(KernelKind.Unrolled, terms, counts);
            Verifier.Check(result, $"round {round}");
            Assert.All(result.Widest.Methods, part => Assert.True(part.TermCount <= terms));
        }
    }

    private static LoweredNetwork Split(KernelKind kernel, int methodTerms, params int[] counts)
    {
        var layer = new DenseLayer("l", Build.Rows(counts.Max() + 1, counts), new FloatVector(new float[counts.Length]), Activation.Relu);
        var options = new LoweringOptions { Kernel = kernel, MethodTerms = methodTerms, Widths = VectorWidth.Scalar };
        return SplitMethods.Apply(ChooseKernels.Apply(MakePlans.Apply(LoweringPipeline.Start(Build.Network(layer), options))));
    }
}
