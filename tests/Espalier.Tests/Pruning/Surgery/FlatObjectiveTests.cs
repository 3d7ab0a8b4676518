using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Surgery;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Surgery;

public sealed class FlatObjectiveTests
{
    public static TheoryData<ActivationKind, ActivationKind, LossKind> Cases => new()
    {
        { ActivationKind.Sigmoid, ActivationKind.Sigmoid, LossKind.MeanSquaredError },
        { ActivationKind.Tanh, ActivationKind.Identity, LossKind.MeanSquaredError },
        { ActivationKind.Relu, ActivationKind.Softmax, LossKind.CategoricalCrossEntropy },
        { ActivationKind.LeakyRelu, ActivationKind.Sigmoid, LossKind.BinaryCrossEntropy },
        { ActivationKind.Elu, ActivationKind.Softmax, LossKind.BinaryCrossEntropy },
        { ActivationKind.Selu, ActivationKind.Softmax, LossKind.MeanSquaredError },
        { ActivationKind.Softmax, ActivationKind.Tanh, LossKind.MeanSquaredError },
        { ActivationKind.Gelu, ActivationKind.HardSwish, LossKind.MeanSquaredError },
        { ActivationKind.GeluTanh, ActivationKind.Silu, LossKind.MeanSquaredError },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_and_gradient_are_those_of_the_definitions(ActivationKind hidden, ActivationKind output, LossKind loss)
    {
        (TrainableNetwork network, Dataset data) = Problem(hidden, output);
        (FlatNetwork flat, FlatObjective objective) = SurgeryData.Flatten(network, data, loss);
        var oracle = new DoubleNetwork(network);
        var gradient = new double[flat.Values.Length];

        double value = objective.Evaluate(flat.Values, gradient);

        float[] targets = new TargetCoding(new Activation(output), 3).Encode(data, loss);
        double Loss() => oracle.Loss(loss, data.Inputs, targets, data.Count);
        Assert.Equal(Loss(), value, 1e-10);
        int at = 0;
        for (int p = 0; p < network.Parameters.Count; p++)
        {
            for (int i = 0; i < network.Parameters[p].Values.Length; i++) Assert.Equal(oracle.Derivative(Loss, p, i), gradient[at++], 1e-7);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Curvature_vectors_make_up_the_Hessian_where_the_network_is_linear_in_its_parameters(
        ActivationKind hidden, ActivationKind output, LossKind loss)
    {
        // The last layer alone is linear up to its activation; with a cross-entropy fused or an identity, Gauss-Newton is exact.
        if (loss == LossKind.MeanSquaredError && output != ActivationKind.Identity) return;
        if (loss == LossKind.BinaryCrossEntropy && output == ActivationKind.Softmax) return;
        (TrainableNetwork network, Dataset data) = Problem(hidden, output);
        (FlatNetwork flat, FlatObjective objective) = SurgeryData.Flatten(network, data, loss, decay: 0.01);
        int count = flat.Values.Length, first = flat.Layers[1].Weights;
        var hessian = new double[count, count];
        CurvatureVectors.Visit(objective, flat.Values, 0, x =>
        {
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j < count; j++) hessian[i, j] += x[i] * x[j] / data.Count;
            }
        }, default);

        Assert.Equal(data.Count, CurvatureVectors.Count(objective, 0));
        const double Step = 1e-5;
        double[] above = new double[count], below = new double[count];
        for (int i = first; i < count; i++)
        {
            double[] moved = [.. flat.Values];
            moved[i] += Step;
            objective.Evaluate(moved, above);
            moved[i] -= 2 * Step;
            objective.Evaluate(moved, below);
            for (int j = first; j < count; j++)
            {
                double expected = (above[j] - below[j]) / (2 * Step) - (i == j && flat.IsWeight[i] ? 0.01 : 0);
                Assert.Equal(expected, hessian[i, j], 1e-7);
            }
        }
    }

    [Fact]
    public void Decay_falls_on_weights_alone()
    {
        (TrainableNetwork network, Dataset data) = Problem(ActivationKind.Tanh, ActivationKind.Softmax);
        foreach (Parameter parameter in network.Parameters) parameter.Values[0] += 0.5f;
        (FlatNetwork flat, FlatObjective plain) = SurgeryData.Flatten(network, data, LossKind.CategoricalCrossEntropy);
        FlatObjective decayed = SurgeryData.Flatten(network, data, LossKind.CategoricalCrossEntropy, 0.2).Objective;

        double penalty = network.PrunableParameters.Sum(layer => layer.Values.Sum(value => 0.1 * value * value));

        Assert.Equal(plain.Evaluate(flat.Values, []) + penalty, decayed.Evaluate(flat.Values, []), 1e-12);
        Evaluation evaluation = Evaluator.Evaluate(network, data, LossKind.CategoricalCrossEntropy);
        Assert.Equal(evaluation.Errors, plain.CountErrors(flat.Values));
        Assert.Equal(evaluation.Loss, plain.Evaluate(flat.Values, []), 1e-5);
    }

    private static (TrainableNetwork Network, Dataset Data) Problem(ActivationKind hidden, ActivationKind output)
    {
        var activation = new Activation(hidden, hidden switch { ActivationKind.LeakyRelu => 0.1f, ActivationKind.Elu => 0.7f, _ => 0 });
        return (SurgeryData.Perceptron(5, [4, 3], activation, new Activation(output), 3), TrainingData.Clouds(40, 5));
    }
}
