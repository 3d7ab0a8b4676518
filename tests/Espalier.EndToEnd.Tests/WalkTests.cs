using System.Runtime.InteropServices;
using Espalier.Compilation.Lowering;
using Espalier.Data;
using Espalier.EndToEnd.Tests.Walk;
using Espalier.Inference;
using Espalier.Tests.Data;
using Xunit.Abstractions;

namespace Espalier.EndToEnd.Tests;

/// <summary>From the data to a program that carries the pruned network as code.</summary>
public sealed class WalkTests(ITestOutputHelper log)
{
    /// <summary>Outputs this close may change places by rounding: far above the deviations of other summation orders, 1e-6 or so.</summary>
    private const float CloseCall = 1e-4f;

    private const int BoundedCount = 500;

    [Fact]
    public void Digits_go_all_the_way_with_a_tenth_of_the_weights()
    {
        DataSplit data = new DataCatalog().Load("digits");
        RecipeResult result = Walk(new Recipe("Digits", [64], DenseEpochs: 20, KeptFraction: 0.1, PruningEpochs: 20), data);

        Assert.InRange(result.Dense.ErrorPercent!.Value, 0, 4);
        Assert.InRange(result.Pruned.ErrorPercent!.Value, 0, result.Dense.ErrorPercent.Value + 0.5);
    }

    /// <summary>With <c>ESPALIER_FULL=1</c> by the full recipe, whose figures are held to; otherwise by a short one.</summary>
    [DataFact("mnist/train-images-idx3-ubyte.gz", "mnist/train-labels-idx1-ubyte.gz",
        "mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz")]
    public void Mnist_goes_all_the_way_with_8_percent_of_the_weights()
    {
        bool isFull = Environment.GetEnvironmentVariable("ESPALIER_FULL") == "1";
        (int denseEpochs, int pruningEpochs, double denseBar, double rise) = isFull ? (20, 40, 1.8, 0.2) : (8, 8, 2.6, 0.3);
        DataSplit data = new DataCatalog(TestData.Folder).Load("mnist");
        RecipeResult result = Walk(new Recipe("LeNet300", [300, 100], denseEpochs, KeptFraction: 0.08, pruningEpochs), data);

        Assert.Equal(10_000, result.Pruned.Count);
        Assert.InRange(result.Dense.ErrorPercent!.Value, 0, denseBar);
        Assert.InRange(result.Pruned.ErrorPercent!.Value, 0, result.Dense.ErrorPercent.Value + rise);
    }

    private RecipeResult Walk(Recipe recipe, DataSplit data)
    {
        RecipeResult result = recipe.Follow(data);
        log.WriteLine($"test error {result.Dense.ErrorPercent} % dense, {result.Pruned.ErrorPercent} % pruned");
        Assert.Equal((int)Math.Round(recipe.KeptFraction * result.DenseWeightCount), result.Network.WeightCount);

        ConsumerRun run = ConsumerRun.Of(result.Network, data.Test.Inputs);
        Assert.Equal("verified True, 0 bytes", run.Printed);
        Assert.Equal(result.Network, run.Network);
        RequireReferenceOutputs(run, data.Test);
        RequireReferenceClasses(run, data.Test, result.Pruned.Errors!.Value);
        return result;
    }

    private static void RequireReferenceOutputs(ConsumerRun run, Dataset test)
    {
        Assert.Equal(Bits(run.Outputs), Bits(run.WorkspaceOutputs));
        var bound = new RoundingBound(LoweringPipeline.Run(run.Network).Network);
        for (int i = 0; i < BoundedCount; i++)
        {
            BoundedOutputs expected = bound.For(test.Input(i));
            Assert.InRange(expected.BoundShare(run.Outputs.AsSpan(i * test.TargetLength, test.TargetLength)), 0, 1);
            Assert.InRange(expected.BoundShare(run.BatchOutputs.AsSpan(i * test.TargetLength, test.TargetLength)), 0, 1);
        }
    }

    private static void RequireReferenceClasses(ConsumerRun run, Dataset test, int errorsOfEvaluator)
    {
        var reference = new ReferenceInterpreter(run.Network);
        var bound = new RoundingBound(run.Network);
        var output = new float[test.TargetLength];
        int errors = 0, closeCalls = 0;
        for (int i = 0; i < test.Count; i++)
        {
            reference.Predict(test.Input(i), output);
            if (run.Classes[i] is var answer && answer != reference.Classify(test.Input(i)))
            {
                // The code may answer otherwise only where rounding alone makes the difference.
                Assert.InRange(output.Max() - output[answer], 0, 2 * bound.For(test.Input(i)).Bounds.ToArray().Max());
            }

            Array.Sort(output);
            if (output[^1] - output[^2] <= CloseCall) closeCalls++;
            if (run.Classes[i] != test.Labels![i]) errors++;
        }

        Assert.InRange(errors, errorsOfEvaluator - closeCalls, errorsOfEvaluator + closeCalls);
    }

    private static uint[] Bits(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, uint>(values).ToArray();
}
