using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;

namespace Espalier.Tests.Inference;

/// <summary>Generated code for graphs of all kinds of layers against the interpreter.</summary>
[Trait("Category", "Width")]
public sealed class GraphCodeTests
{
    private const int NetworkCount = 60, InputCount = 3;

    private static readonly LoweringOptions s_scalar = new() { Widths = VectorWidth.Scalar };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Scalar_code_gives_the_bits_of_the_interpreter(int seed)
    {
        var random = new SeededRandom((ulong)seed);
        using var set = new CompiledSet(Enumerable.Range(0, NetworkCount).Select(i => (RandomGraphs.Next(random, $"N{i}"), s_scalar)));
        Assert.Contains(set.Entries, entry => entry.Lowered.FoldedUnits > 0);
        Assert.Contains(set.Entries, entry => entry.Lowered.FoldedNormalizations > 0);
        foreach (CompiledSet.Entry entry in set.Entries)
        {
            for (int i = 0; i < InputCount; i++)
            {
                float[] input = RandomNetworks.Input(random, entry.Lowered.Header.InputLength), actual = new float[entry.Lowered.Header.OutputLength];
                entry.Predict(input, actual);
                RandomNetworks.AssertSameBits(RandomNetworks.Interpret(entry.Lowered.Network, input), actual, $"{entry.Name}: against the lowered network");
                if (!entry.Lowered.SumsRegrouped)
                {
                    RandomNetworks.AssertSameBits(RandomNetworks.Interpret(entry.Given, input), actual, $"{entry.Name}: against the given network");
                }
            }
        }
    }
}
