using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Surgery;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Pruning.Surgery;

public sealed class DeadUnitPassTests
{
    private readonly Dataset _data = TrainingData.Clouds(50, 3);

    [Fact]
    public void Units_without_effect_go_and_the_function_stays()
    {
        (FlatNetwork flat, FlatObjective objective) = Make(Activation.Sigmoid);
        FlatLayer first = flat.Layers[0], second = flat.Layers[1];
        for (int input = 0; input < 5; input++) flat.Remove(first.Weight(1, input));
        for (int output = 0; output < 4; output++) flat.Remove(second.Weight(output, 2));
        flat.Remove(second.Bias(0));
        double before = objective.Evaluate(flat.Values, []);

        int removed = DeadUnitPass.Run(flat);

        // Unit 1 is a constant: its bias and its four outgoing weights. Unit 2 is read by nobody: its five weights and its bias.
        Assert.Equal(11, removed);
        Assert.Equal(before, objective.Evaluate(flat.Values, []), 1e-13);
        Assert.True(flat.IsLive[second.Bias(0)]);
        Assert.All(Enumerable.Range(0, 4), output => Assert.False(flat.IsLive[second.Weight(output, 1)]));
        Assert.False(flat.IsLive[first.Bias(1)] || flat.IsLive[first.Bias(2)] || flat.IsLive[first.Weight(2, 0)]);
        Assert.Equal(0, DeadUnitPass.Run(flat));
    }

    [Fact]
    public void Death_travels_through_layers_both_ways()
    {
        (FlatNetwork flat, FlatObjective objective) = Make(Activation.Tanh);
        FlatLayer first = flat.Layers[0], second = flat.Layers[1];
        foreach (FlatLayer layer in (FlatLayer[])[first, second])
        {
            for (int i = layer.Weights; i < layer.Biases; i++) flat.Remove(i);
        }

        double before = objective.Evaluate(flat.Values, []);

        DeadUnitPass.Run(flat);

        Assert.Equal(before, objective.Evaluate(flat.Values, []), 1e-13);
        Assert.Equal(Enumerable.Range(flat.Layers[2].Biases, 3), flat.LiveIndices());
    }

    [Fact]
    public void A_softmax_in_between_keeps_its_units()
    {
        (FlatNetwork flat, _) = Make(Activation.Softmax);
        for (int output = 0; output < 4; output++) flat.Remove(flat.Layers[1].Weight(output, 2));

        Assert.Equal(0, DeadUnitPass.Run(flat));
    }

    private (FlatNetwork Flat, FlatObjective Objective) Make(Activation hidden)
    {
        TrainableNetwork network = SurgeryData.Perceptron(5, [6, 4, 3], hidden, Activation.Softmax, 1);
        foreach (Parameter parameter in network.Parameters.Where(one => !one.IsWeight))
        {
            for (int i = 0; i < parameter.Values.Length; i++) parameter.Values[i] = 0.3f - 0.2f * i;
        }

        return SurgeryData.Flatten(network, _data, LossKind.CategoricalCrossEntropy);
    }
}
