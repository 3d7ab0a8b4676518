using System.Diagnostics;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Tests.Inference;

public sealed class ScaleTests
{
    [Fact]
    public void A_million_weights_at_5_percent_are_lowered_and_emitted_for_all_widths_in_seconds()
    {
        Network network = RandomNetworks.Classifier(1, 0.05, 1000, 1000);
        TimeSpan best = Enumerable.Range(0, 3).Min(_ =>
        {
            long start = Stopwatch.GetTimestamp();
            LowerAndEmit(network);
            return Stopwatch.GetElapsedTime(start);
        });
        Assert.True(best < TimeSpan.FromSeconds(5), $"It took {best.TotalMilliseconds:0} ms.");
    }

    [Fact]
    public void Memory_grows_in_proportion_to_the_non_zeros()
    {
        Network small = RandomNetworks.Classifier(1, 0.05, 1000, 500), large = RandomNetworks.Classifier(1, 0.05, 2000, 2000);
        LowerAndEmit(small);
        double ratio = Allocated(large) / (double)Allocated(small), weights = large.WeightCount / (double)small.WeightCount;
        Assert.InRange(ratio, 0.5 * weights, 1.5 * weights);
    }

    private static long Allocated(Network network)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        LowerAndEmit(network);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void LowerAndEmit(Network network)
    {
        EquatableArray<EmittedFile> files = CSharpEmitter.Emit(LoweringPipeline.Run(network), new EmitOptions("Net"));
        Assert.NotEqual(0, files.Length);
    }
}
