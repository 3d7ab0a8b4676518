using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Surgery;
using Espalier.Tests.Pruning.Surgery;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Criteria;

public sealed class ObsCriterionTests
{
    private readonly TrainableNetwork _network;
    private readonly Dataset _data;

    public ObsCriterionTests() => (_network, _data) = SurgeryData.Clouds();

    private PruningContext Context => new(_network, _data, LossKind.CategoricalCrossEntropy);

    [Fact]
    public void Budgets_are_met_to_the_weight()
    {
        var criterion = new ObsCriterion();

        criterion.Remove(Context, new RemovalBudget(20, PruningScope.Global));
        Assert.Equal(20, _network.LiveWeightCount);
        criterion.Remove(Context, RemovalBudget.PerLayer([4, 5]));
        Assert.Equal([4, 5], _network.PrunableParameters.Select(layer => layer.LiveCount));
        criterion.Remove(Context, new RemovalBudget(4, PruningScope.PerLayer));

        Assert.Equal(4, _network.LiveWeightCount);
        Assert.All(_network.PrunableParameters, layer => Assert.NotEqual(0, layer.LiveCount));
        PruningRun.CheckRemoved(_network);
    }

    [Fact]
    public void A_round_of_nothing_removes_nothing()
    {
        uint[][] before = TrainingData.Bits(_network);

        Removal removal = new ObsCriterion().Remove(Context, new RemovalBudget(32, PruningScope.Global));

        Assert.Equal(new Removal(null, 0), removal);
        Assert.Equal(before, TrainingData.Bits(_network));
    }

    [Fact]
    public void On_a_quadratic_function_the_sum_of_saliencies_is_the_rise_of_the_loss()
    {
        Dataset data = SurgeryData.Regression(12, 2, 100, 1);
        TrainableNetwork network = SurgeryData.Perceptron(12, [2], Activation.Identity, Activation.Identity, 1);
        double before = FullBatchTrainer.Train(network, data, LossKind.MeanSquaredError).Value;

        Removal removal = new ObsCriterion().Remove(
            new PruningContext(network, data, LossKind.MeanSquaredError), new RemovalBudget(10, PruningScope.Global));

        double rise = Evaluator.Evaluate(network, data, LossKind.MeanSquaredError).Loss - before;
        Assert.InRange(removal.PredictedLossChange!.Value / rise, 0.999, 1.001);
    }

    [Fact]
    public void Survivors_that_move_make_a_better_network_than_those_that_stay()
    {
        TrainableNetwork magnitude = _network.Clone();
        new MagnitudeCriterion().Remove(Context with { Network = magnitude }, new RemovalBudget(14, PruningScope.Global));

        new ObsCriterion(weightDecay: SurgeryData.Decay).Remove(Context, new RemovalBudget(14, PruningScope.Global));

        Assert.True(Loss(_network) < Loss(magnitude), $"{Loss(_network)} {Loss(magnitude)}");
    }

    [Fact]
    public void A_cancelled_removal_leaves_the_network_as_it_was()
    {
        uint[][] before = TrainingData.Bits(_network);

        Assert.Throws<OperationCanceledException>(
            () => new ObsCriterion().Remove(Context, new RemovalBudget(5, PruningScope.Global), new CancellationToken(canceled: true)));

        Assert.Equal(before, TrainingData.Bits(_network));
        Assert.All(_network.Parameters, parameter => Assert.Null(parameter.Mask));
    }

    [Fact]
    public void The_catalog_knows_it() => Assert.IsType<ObsCriterion>(CriterionCatalog.Create("obs"));

    private double Loss(TrainableNetwork network) => Evaluator.Evaluate(network, _data, LossKind.CategoricalCrossEntropy).Loss;
}
