using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Reporting;

namespace Espalier.Tests.Reporting;

public class ModelSummaryTests
{
    [Fact]
    public void Layers_have_their_own_figures()
    {
        ModelSummary summary = Summarize(Dense("fc1", 3, 2, [1, 0, 0, 0, 2, 0]), Dense("fc2", 2, 1, [1, -1]));

        Assert.Equal((8, 4, 0.5), (summary.Weights, summary.NonZeros, summary.Density));
        Assert.Equal(sizeof(float) * (8 + 3), summary.DenseBytes);
        Assert.Equal(["3x2", "2x1"], summary.Layers.Select(layer => layer.LoweredShape));
        Assert.Equal([2, 2], summary.Layers.Select(layer => layer.NonZeros));
        Assert.Equal([sizeof(float) * 2L, 0L], summary.Layers.Select(layer => layer.ScratchBytes));
        Assert.All(summary.Layers, layer => Assert.Equal("unrolled", layer.Kernel));
    }

    [Fact]
    public void Layers_that_lowering_cut_off_are_named_and_cost_nothing()
    {
        // The middle layer has no weight: what comes before it cannot matter.
        ModelSummary summary = Summarize(
            Dense("fc1", 3, 2, [1, 2, 3, 4, 5, 6]), Dense("fc2", 2, 2, [0, 0, 0, 0]), Dense("fc3", 2, 1, [1, -1]));

        Assert.Equal(["fc1", "fc2", "fc3"], summary.Layers.Select(layer => layer.Name));
        Assert.Equal(("none", "-", 6, 0.0), Cost(summary.Layers[0]));
        Assert.Equal(("none", "-", 0, 0.0), Cost(summary.Layers[1]));
        Assert.Equal("3x1", summary.Layers[2].LoweredShape);
        Assert.NotEqual("none", summary.Layers[2].Kernel);

        static (string, string, int, double) Cost(LayerSummary layer) =>
            (layer.Kernel, layer.LoweredShape, layer.NonZeros, layer.EstimatedNs + layer.TableBytes + layer.CodeBytes + layer.ScratchBytes);
    }

    [Fact]
    public void Every_plan_and_the_batch_code_have_their_figures()
    {
        float[] weights = [.. Enumerable.Range(0, 64 * 48).Select(i => i % 7 == 0 ? 1f + i : 0)];
        ModelSummary summary = Summarize(Dense("fc1", 64, 48, weights));

        Assert.Equal(["Vector512", "Vector256", "Scalar"], summary.Plans.Select(plan => plan.Width));
        PlanSummary widest = summary.Plans[0];
        Assert.Equal((summary.EstimatedNs, summary.CompiledBytes), (widest.EstimatedNs, widest.TableBytes + widest.CodeBytes));
        Assert.Equal(summary.Plans.Select(plan => plan.EstimatedNs).Order(), summary.Plans.Select(plan => plan.EstimatedNs));
        Assert.InRange(summary.BatchEstimatedNs!.Value, 0.1, summary.EstimatedNs);

        // A weight and a place for each term, the biases, and a few counts.
        Assert.InRange(summary.BatchTableBytes, 4 * summary.NonZeros, 6 * summary.NonZeros + 8 * 48);
    }

    private static DenseLayer Dense(string name, int inputs, int outputs, float[] weights) =>
        new(name, SparseMatrix.FromDense(outputs, inputs, weights), new FloatVector(new float[outputs]), Activation.Relu);

    private static ModelSummary Summarize(params Layer[] layers)
    {
        var network = new Network("Net", layers[0].InputShape, new EquatableArray<Layer>(layers), default);
        return ModelSummary.Of(network, LoweringPipeline.Run(network));
    }
}
