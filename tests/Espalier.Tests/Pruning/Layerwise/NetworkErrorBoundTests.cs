using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Layerwise;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Layerwise;

public sealed class NetworkErrorBoundTests
{
    /// <summary>Outputs of about 10 in single precision.</summary>
    private const double Rounding = 1e-5;

    public static TheoryData<string> Names => ["identity", "relu", "leaky", "elu", "selu", "sigmoid", "tanh", "softmax"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Both_bounds_hold_for_every_pruning_of_random_networks(string activation)
    {
        Activation hidden = activation switch
        {
            "identity" => Activation.Identity,
            "relu" => Activation.Relu,
            "leaky" => Activation.LeakyRelu(0.2f),
            "elu" => Activation.Elu(1.5f),
            "selu" => Activation.Selu,
            "sigmoid" => Activation.Sigmoid,
            "tanh" => Activation.Tanh,
            _ => Activation.Softmax,
        };
        for (ulong seed = 1; seed <= 3; seed++)
        {
            Dataset data = LayerwiseData.Inputs(150, 9, seed);
            TrainableNetwork dense = LayerwiseData.Network(9, [11, 7, 2], seed, hidden);
            foreach (PruningCriterion criterion in (PruningCriterion[])
            [
                new RandomCriterion(seed), new MagnitudeCriterion(), new LayerwiseObs(), new ExactObs { FitsSequentially = false },
                new ExactObs(),
            ])
            {
                foreach (int keep in (int[])[180, 90, 20])
                {
                    TrainableNetwork pruned = dense.Clone();
                    var context = new PruningContext(pruned, data, LossKind.MeanSquaredError);
                    criterion.Remove(context, new RemovalBudget(keep, PruningScope.PerLayer));
                    NetworkErrorBound bound = NetworkErrorBound.Measure(dense, pruned, data);
                    Assert.All(bound.Layers, layer => Assert.InRange(layer.OutputError, 0, layer.OutputBound + Rounding));
                    Assert.InRange(bound.Error, 0, bound.Bound + Rounding);
                    Assert.True(bound.Layers[0].SumsError > 0);
                }
            }
        }
    }

    [Fact]
    public void Errors_and_norms_are_what_they_say()
    {
        Dataset data = LayerwiseData.Inputs(150, 9, 1);
        TrainableNetwork dense = LayerwiseData.Network(9, [11, 2], 2), pruned = dense.Clone();
        var context = new PruningContext(pruned, data, LossKind.MeanSquaredError);
        new MagnitudeCriterion().Remove(context, new RemovalBudget(50, PruningScope.PerLayer));
        pruned.Parameters[1].Values[2] += 1;
        NetworkErrorBound bound = NetworkErrorBound.Measure(dense, pruned, data);

        (DoubleNetwork before, DoubleNetwork after) = (new(dense), new(pruned));
        double error = Enumerable.Range(0, 150).Average(sample =>
        {
            double[] x = Array.ConvertAll(data.Inputs[(sample * 9)..((sample + 1) * 9)], value => (double)value);
            return before.Forward(x).Zip(after.Forward(x), (a, b) => (a - b) * (a - b)).Sum();
        });
        Assert.Equal(Math.Sqrt(error), bound.Error, 1e-5);
        Assert.Equal(Math.Sqrt(pruned.PrunableParameters[1].Values.Sum(value => (double)value * value)), bound.Layers[1].WeightNorm, 1e-6);
        Assert.Equal(bound.Layers[0].SumsError * bound.Layers[1].WeightNorm + bound.Layers[1].SumsError, bound.Bound, 1e-9);
    }

    [Fact]
    public void The_error_of_a_layer_is_the_loss_of_its_trace()
    {
        Dataset data = LayerwiseData.Inputs(150, 9, 1);
        TrainableNetwork dense = LayerwiseData.Network(9, [11, 2], 2), pruned = dense.Clone();
        IReadOnlyList<ExactObsTrace> traces = LayerwiseData.Traces(dense, data);
        traces[0].Apply(pruned, 40);
        traces[1].Apply(pruned, 15);
        NetworkErrorBound bound = NetworkErrorBound.Measure(dense, pruned, data);
        Assert.Equal(2 * traces[0].LossAt(40), Math.Pow(bound.Layers[0].SumsError, 2), 1e-4);
        Assert.Equal(2 * traces[1].LossAt(15), Math.Pow(bound.Layers[1].SumsError, 2), 1e-4);
    }
}
