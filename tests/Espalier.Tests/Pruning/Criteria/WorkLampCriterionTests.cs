using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Criteria;

public sealed class WorkLampCriterionTests
{
    [Fact]
    public void A_score_is_that_of_lamp_over_the_root_of_the_positions_of_its_layer()
    {
        // 20 channels of 24 x 24, then 50 of 8 x 8.
        TrainableNetwork network = Architecture.Find("lenet-5-caffe").Create("net", new Shape(1, 28, 28), 10, Activation.Softmax, seed: 1);
        PruningContext context = ContextOf(network);

        float[][] plain = new LampCriterion().Score(context), scores = new WorkLampCriterion().Score(context);

        float[] roots = [24, 8, 1, 1];
        for (int l = 0; l < roots.Length; l++)
        {
            Assert.All(plain[l].Zip(scores[l]), pair => Assert.Equal(pair.First / roots[l], pair.Second, 1e-6f * pair.First));
        }
    }

    [Fact]
    public void It_leaves_fewer_multiplications_than_lamp_at_the_same_number_of_weights()
    {
        (int lamp, int lampLeft) = Left(new LampCriterion());
        (int work, int workLeft) = Left(new WorkLampCriterion());

        Assert.Equal(lampLeft, workLeft);
        Assert.True(work < 0.7 * lamp, $"{work} of {lamp}");

        static (int Multiplications, int Weights) Left(PruningCriterion criterion)
        {
            TrainableNetwork network =
                Architecture.Find("lenet-5").Create("net", new Shape(1, 28, 28), 10, Activation.Softmax, seed: 1);
            criterion.Remove(ContextOf(network), new RemovalBudget(3000, PruningScope.Global));
            int[] positions = [28 * 28, 10 * 10, 1, 1, 1];
            return (network.PrunableParameters.Zip(positions, (layer, uses) => uses * layer.LiveCount).Sum(), network.LiveWeightCount);
        }
    }

    [Fact]
    public void Without_convolutions_it_is_lamp()
    {
        TrainableNetwork network = CriterionData.Network(3, 0.4);
        PruningContext context = CriterionData.Context(network);

        Assert.Equal(new LampCriterion().Score(context), new WorkLampCriterion().Score(context));
    }

    private static PruningContext ContextOf(TrainableNetwork network)
    {
        var data = Dataset.Classification("one", network.InputShape, new float[network.InputShape.Length], [0], TestNames(10));
        return new PruningContext(network, data, LossKind.CategoricalCrossEntropy);
    }

    private static string[] TestNames(int count) => [.. Enumerable.Range(0, count).Select(name => $"{name}")];
}
