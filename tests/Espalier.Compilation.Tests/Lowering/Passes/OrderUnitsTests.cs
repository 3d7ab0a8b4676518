using Espalier.Compilation.Kernels;
using Espalier.Compilation.Kernels.Permute;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class OrderUnitsTests
{
    private static readonly LoweredNetwork s_planned = MakePlans.Apply(LoweringPipeline.Start(Sparse(), LoweringOptions.Default));

    [Fact]
    public void Ordered_plans_stand_behind_the_plan_of_their_width_and_need_fewer_packets()
    {
        LoweredNetwork ordered = OrderUnits.Apply(s_planned);

        Verifier.Check(ordered, OrderUnits.Name);
        Assert.Equal(
            [VectorWidth.Vector512, VectorWidth.Vector256, VectorWidth.Vector128, VectorWidth.Scalar],
            ordered.Plans.Select(plan => plan.Width).Distinct());
        WidthPlan[] wide = [.. ordered.Plans.Where(plan => plan.Width == VectorWidth.Vector512)];
        Assert.True(wide.Length > 1);
        Assert.Equal(s_planned.Widest, wide[0]);
        Assert.All(wide.Skip(1), plan => Assert.True(Packets(plan) < Packets(wide[0])));
        Assert.Equal(s_planned.Plans[^1], ordered.Plans[^1]);
    }

    [Fact]
    public void Each_output_still_adds_up_the_same_products()
    {
        var random = new Random(3);
        float[] input = [.. Enumerable.Range(0, 200).Select(_ => random.NextSingle() - 0.5f)];
        foreach (WidthPlan plan in OrderUnits.Apply(s_planned).Plans)
        {
            float[] read = plan.InputOrder.Length == 0 ? input : [.. plan.InputOrder.Select(i => i < 0 ? float.NaN : input[i])];
            double[] expected = Outputs(s_planned.Widest, input), actual = Outputs(plan, read);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        }
    }

    [Fact]
    public void Full_networks_and_tiny_ones_are_left_alone()
    {
        LoweredNetwork full = MakePlans.Apply(Build.Lowered(Build.SumLayer("a", 100)));
        Assert.Equal(full, OrderUnits.Apply(full));
    }

    private static long Packets(WidthPlan plan) =>
        plan.DenseLayers.Sum(layer => (long)ScheduleCache.Of(layer.Weights, plan.Width.Lanes()).PacketCount);

    private static double[] Outputs(WidthPlan plan, float[] input)
    {
        double[] values = [.. input.Select(value => (double)value)];
        foreach (DenseLayer layer in plan.DenseLayers)
        {
            var sums = new double[layer.Weights.Rows];
            for (int row = 0; row < sums.Length; row++)
            {
                sums[row] = layer.Biases[row];
                for (int i = layer.Weights.RowStart(row); i < layer.Weights.RowStart(row + 1); i++)
                {
                    sums[row] += (double)layer.Weights.Value(i) * values[layer.Weights.ColumnIndex(i)];
                }
            }

            values = [.. sums.Select(sum => Math.Max(0, sum))];
        }

        return values;
    }

    private static Network Sparse()
    {
        var random = new Random(1);
        DenseLayer Layer(string name, int inputs, int outputs, double density) => new(
            name,
            SparseMatrix.FromDense(outputs, inputs, [.. Enumerable.Range(0, inputs * outputs).Select(
                _ => random.NextDouble() < density ? random.NextSingle() - 0.5f : 0f)]),
            new FloatVector([.. Enumerable.Range(0, outputs).Select(_ => random.NextSingle())]),
            Activation.Relu);
        return Build.Network(Layer("a", 200, 60, 0.08), Layer("b", 60, 20, 0.2));
    }
}
