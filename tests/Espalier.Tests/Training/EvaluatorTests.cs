using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Training;

public sealed class EvaluatorTests
{
    [Fact]
    public void Errors_and_loss_are_those_of_the_definitions_over_several_batches()
    {
        Dataset data = TrainingData.Clouds(1300, 5);
        TrainableNetwork network = TrainingData.Network();
        var oracle = new DoubleNetwork(network);
        int errors = 0;
        double loss = 0;
        for (int i = 0; i < data.Count; i++)
        {
            double[] y = oracle.Forward(Array.ConvertAll(data.Input(i).ToArray(), value => (double)value));
            if (Array.IndexOf(y, y.Max()) != data.Labels![i]) errors++;
            loss -= Math.Log(y[data.Labels[i]]);
        }

        Evaluation evaluation = Evaluator.Evaluate(network, data, LossKind.CategoricalCrossEntropy, threads: 2);
        Assert.Equal((1300, errors), (evaluation.Count, evaluation.Errors));
        Assert.Equal(100.0 * errors / 1300, evaluation.ErrorPercent);
        Assert.Equal(loss / 1300, evaluation.Loss, 1e-6);
    }

    [Fact]
    public void Answers_are_those_of_the_definitions_over_several_batches()
    {
        Dataset data = TrainingData.Clouds(1300, 5);
        TrainableNetwork network = TrainingData.Network();
        var oracle = new DoubleNetwork(network);

        float[] answers = Evaluator.Predict(network, data, LossKind.CategoricalCrossEntropy, threads: 2);

        double[] expected =
            [.. Enumerable.Range(0, 1300)
                .SelectMany(i => oracle.Forward(Array.ConvertAll(data.Input(i).ToArray(), value => (double)value)))];
        Assert.Equal(expected.Length, answers.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], answers[i], 1e-5);
    }

    [Theory]
    [InlineData(ActivationKind.Sigmoid, 0.4f, 0)]
    [InlineData(ActivationKind.Sigmoid, 0.6f, 1)]
    [InlineData(ActivationKind.Tanh, -0.1f, 0)]
    [InlineData(ActivationKind.Tanh, 0.1f, 1)]
    public void One_output_tells_two_classes_apart_at_its_middle(ActivationKind kind, float value, int expected) =>
        Assert.Equal(expected, new TargetCoding(new Activation(kind), 1).Decide([value]));

    [Fact]
    public void Targets_lie_at_the_ends_of_the_activations_range()
    {
        Dataset pair = Dataset.Classification("pair", Shape.Flat(1), new float[2], [0, 1], ["a", "b"]);
        Assert.Equal([0, 1], new TargetCoding(Activation.Sigmoid, 1).Encode(pair, LossKind.MeanSquaredError));
        Assert.Equal([-1, 1], new TargetCoding(Activation.Tanh, 1).Encode(pair, LossKind.MeanSquaredError));
        Assert.Equal([1, 0, 0, 1], new TargetCoding(Activation.Softmax, 2).Encode(pair, LossKind.CategoricalCrossEntropy));
    }

    [Fact]
    public void Stable_losses_stay_finite_where_the_definitions_overflow()
    {
        var categorical = new OutputLoss(LossKind.CategoricalCrossEntropy, Activation.Softmax, 2, 1);
        var gradient = new float[2];
        Assert.Equal(2000, categorical.Evaluate([1000, -1000], [0, 1], gradient, 1));
        Assert.Equal([1, -1], gradient);
        var binary = new OutputLoss(LossKind.BinaryCrossEntropy, Activation.Sigmoid, 1, 1);
        Assert.Equal(1000, binary.Evaluate([1000], [0], [], 1));
        Assert.Equal(1000, binary.Evaluate([-1000], [1], [], 1));
    }

    [Fact]
    public void Regression_has_a_loss_and_no_errors()
    {
        Dataset data = Dataset.Regression("line", Shape.Flat(1), [1, 2], [3, 5], 1);
        TrainableNetwork network = TrainableNetwork.Perceptron("line", Shape.Flat(1), [1], Activation.Relu, Activation.Identity, 1);
        network.Parameters[0].Values[0] = 2;
        Evaluation evaluation = Evaluator.Evaluate(network, data, LossKind.MeanSquaredError);
        Assert.Equal(new Evaluation(2, null, 1), evaluation);
        Assert.Null(evaluation.ErrorPercent);
        Assert.True(new Evaluation(2, null, 0.5).IsBetterThan(evaluation));
        Assert.False(evaluation.IsBetterThan(evaluation));
    }
}
