using Espalier.Compilation.Kernels;
using Espalier.Compilation.Kernels.Batch;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Compilation.Tests.Lowering;

namespace Espalier.Compilation.Tests.Kernels.Batch;

public sealed class BatchReportTests
{
    [Fact]
    public void Wider_registers_and_fewer_weights_take_less_time()
    {
        double[] byWidth =
            [Nanoseconds(0.2, VectorWidth.Vector128), Nanoseconds(0.2, VectorWidth.Vector256), Nanoseconds(0.2, VectorWidth.Vector512)];
        double[] byDensity =
            [Nanoseconds(1, VectorWidth.Vector512), Nanoseconds(0.3, VectorWidth.Vector512), Nanoseconds(0.05, VectorWidth.Vector512)];

        Assert.Equal(byWidth.OrderDescending(), byWidth);
        Assert.Equal(byDensity.OrderDescending(), byDensity);
    }

    [Fact]
    public void A_full_layer_runs_near_the_peak_of_the_multiply_adds()
    {
        // 200 x 200 weights at half a cycle for 16 samples are 312.5 ns at 4 GHz;
        // at least 80 % of that speed are expected, transposition included.
        Assert.InRange(Nanoseconds(1, VectorWidth.Vector512), 312.5, 312.5 / 0.8);
    }

    [Fact]
    public void Without_vectors_there_is_no_estimate_and_the_head_says_so()
    {
        LoweredNetwork lowered = Lower(0.2, VectorWidth.Scalar);

        Assert.Null(BatchReport.Nanoseconds(lowered));
        Assert.Equal(["batch: one sample after the other, because no register width was asked for."], BatchReport.Lines(lowered));
    }

    [Theory]
    [InlineData(VectorWidth.Vector128)]
    [InlineData(VectorWidth.Vector256)]
    [InlineData(VectorWidth.Vector512)]
    public void A_tile_is_made_for_a_register_of_samples_at_least_and_for_its_own_number_at_most(VectorWidth width)
    {
        LoweredNetwork lowered = Lower(0.2, width);

        int fewest = BatchCost.FewestSamples(BatchPlan.Of(lowered)!, lowered, width);

        Assert.InRange(fewest, width.Lanes(), BatchPlan.TileSamples(width));
    }

    private static double Nanoseconds(double density, VectorWidth width) => BatchReport.Nanoseconds(Lower(density, width))!.Value;

    private static LoweredNetwork Lower(double density, VectorWidth width)
    {
        SparseMatrix weights = RowPairingTests.Random(200, 200, density, seed: 1);
        var layer = new DenseLayer("out", weights, new FloatVector(new float[200]), Activation.Identity);
        return LoweringPipeline.Run(Build.Network(layer), new LoweringOptions { Widths = width });
    }
}
