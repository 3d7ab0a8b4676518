using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Interchange;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Layerwise;
using Espalier.Tests.Data;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Layerwise;

public sealed class PublishedWeightsTests
{
    private const string Folder = "weights/lobs-lenet-300-100/original_parameters/";

    /// <summary>
    /// The weights that the authors of layer-wise OBS published, pruned to 6.7, 20 and 65 % without retraining. The expected errors come
    /// from an implementation in another language; other orders of summation move a few test images.
    /// </summary>
    [DataFact("mnist/train-images-idx3-ubyte.gz", Folder + "w_layer1.npy", Folder + "b_layer3.npy")]
    public void All_methods_give_the_errors_that_others_measured()
    {
        DataSplit mnist = new DataCatalog(TestData.Folder).Load("mnist");
        TrainableNetwork dense = TrainableNetwork.Perceptron(
            "lenet", mnist.Train.InputShape, [300, 100, 10], Activation.Relu, Activation.Softmax, 1);
        for (int i = 1; i <= 3; i++)
        {
            var layer = (TrainableDense)dense.Layers[i - 1];
            NpyFile.Load(Path.Combine(TestData.Folder!, $"{Folder}w_layer{i}.npy")).Transpose().Values.CopyTo(layer.Weights.Values, 0);
            NpyFile.Load(Path.Combine(TestData.Folder!, $"{Folder}b_layer{i}.npy")).Values.CopyTo(layer.Biases.Values, 0);
        }

        int[] keep = [15758, 6000, 650];
        Assert.Equal(161, Errors(dense));
        Assert.InRange(Errors(Pruned(new MagnitudeCriterion())), 1955, 1970);
        Assert.InRange(Errors(Pruned(new ActivationMagnitudeCriterion())), 402, 422);
        Assert.InRange(Errors(Pruned(new LayerwiseObs())), 310, 330);

        TrainableNetwork exact = dense.Clone();
        IReadOnlyList<ExactObsTrace> traces = ExactObsTrace.ComputeAll(dense, mnist.Train);
        for (int i = 0; i < 3; i++) traces[i].Apply(exact, keep[i]);
        Assert.InRange(Errors(exact), 170, 190);
        SequentialLeastSquares.Fit(exact, dense, mnist.Train);
        Assert.InRange(Errors(exact), 165, 185);

        TrainableNetwork Pruned(PruningCriterion criterion)
        {
            TrainableNetwork network = dense.Clone();
            criterion.Remove(new PruningContext(network, mnist.Train, LossKind.CategoricalCrossEntropy), RemovalBudget.PerLayer(keep));
            return network;
        }

        int Errors(TrainableNetwork network) => Evaluator.Evaluate(network, mnist.Test, LossKind.CategoricalCrossEntropy).Errors!.Value;
    }
}
