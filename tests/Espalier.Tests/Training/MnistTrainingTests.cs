using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Tests.Data;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Training;

public sealed class MnistTrainingTests
{
    [DataFact("mnist/train-images-idx3-ubyte.gz")]
    public void Two_epochs_of_LeNet_300_100_leave_at_most_4_percent_test_errors()
    {
        DataSplit mnist = new DataCatalog(TestData.Folder).Load("mnist");
        TrainableNetwork network = TrainableNetwork.Perceptron(
            "lenet", mnist.Train.InputShape, [300, 100, 10], Activation.Relu, Activation.Softmax, seed: 1);
        new Trainer(network, mnist.Train, null, new TrainingOptions { Epochs = 2 }).Run();
        Evaluation test = Evaluator.Evaluate(network, mnist.Test, LossKind.CategoricalCrossEntropy);
        Assert.Equal(10_000, test.Count);
        Assert.True(test.ErrorPercent <= 4, $"{test.ErrorPercent} % errors");
    }
}
