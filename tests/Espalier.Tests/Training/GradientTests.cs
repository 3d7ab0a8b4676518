using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Tests.Training;

public sealed class GradientTests
{
    public static TheoryData<ActivationKind, LossKind, int> OutputsAndLosses()
    {
        var data = new TheoryData<ActivationKind, LossKind, int>();
        foreach ((ActivationKind output, LossKind loss) in DerivativeProblem.OutputsAndLosses)
        {
            // Batches of 1 and 3 take the kernels for few rows, 13 the register tiles.
            foreach (int count in new[] { 1, 3, 13 }) data.Add(output, loss, count);
        }

        return data;
    }

    public static TheoryData<ActivationKind> HiddenActivations() =>
        [.. DerivativeProblem.Activations.Select(activation => activation.Kind)];

    [Theory]
    [MemberData(nameof(OutputsAndLosses))]
    public void Every_output_activation_and_loss_agree_with_central_differences(ActivationKind output, LossKind loss, int count) =>
        AssertGradients(DerivativeProblem.Network([5, 4], Activation.Tanh, DerivativeProblem.Find(output)), loss, count);

    [Theory]
    [MemberData(nameof(HiddenActivations))]
    public void Every_hidden_activation_agrees_with_central_differences_through_three_layers(ActivationKind hidden) =>
        AssertGradients(
            DerivativeProblem.Network([7, 6, 4], DerivativeProblem.Find(hidden), Activation.Softmax), LossKind.CategoricalCrossEntropy, 9);

    [Theory]
    [MemberData(nameof(HiddenActivations))]
    public void A_step_descends_the_loss_with_its_penalty_and_leaves_masked_weights_at_zero(ActivationKind hidden)
    {
        const int Count = 8;
        const double Decay = 0.03;
        TrainableNetwork network = DerivativeProblem.Network([7, 6, 3], DerivativeProblem.Find(hidden), Activation.Sigmoid);
        var random = new SeededRandom(5);
        foreach (Parameter parameter in network.PrunableParameters)
        {
            parameter.Freeze(Array.ConvertAll(parameter.Values, _ => random.Next(3) == 0 ? Parameter.Removed : Parameter.Live));
        }

        (float[] inputs, float[] targets) = DerivativeProblem.Samples(network, Count);
        var data = Dataset.Regression("samples", network.InputShape, inputs, targets, network.OutputShape.Length);
        var oracle = new DoubleNetwork(network);
        float[][] before = [.. network.Parameters.Select(parameter => (float[])parameter.Values.Clone())];
        new Trainer(network, data, null, new TrainingOptions
        {
            Loss = LossKind.BinaryCrossEntropy,
            Epochs = 1,
            BatchSize = 0,
            LearningRate = LearningRateSchedule.Constant(1),
            Optimizer = new OptimizerOptions(OptimizerKind.GradientDescent) { WeightDecay = Decay },
        }).Run();

        for (int p = 0; p < before.Length; p++)
        {
            Parameter parameter = network.Parameters[p];
            for (int i = 0; i < before[p].Length; i++)
            {
                if (parameter.Mask is not null && parameter.Mask[i] == Parameter.Removed)
                {
                    Assert.Equal(0u, FloatBits.Of(parameter.Values[i]));
                    continue;
                }

                double expected = oracle.Derivative(Penalised, p, i);
                Assert.Equal(expected, (double)before[p][i] - parameter.Values[i], 1e-6);
            }
        }

        double Penalised()
        {
            double squares = 0;
            for (int p = 0; p < before.Length; p++)
            {
                if (network.Parameters[p].IsWeight) squares += oracle.Parameter(p).Sum(weight => weight * weight);
            }

            return oracle.Loss(LossKind.BinaryCrossEntropy, inputs, targets, Count) + Decay / 2 * squares;
        }
    }

    [Fact]
    public void Losses_that_need_probabilities_refuse_other_activations()
    {
        foreach (Activation activation in DerivativeProblem.Activations)
        {
            foreach (LossKind loss in Enum.GetValues<LossKind>())
            {
                if (DerivativeProblem.MakesSense(activation.Kind, loss)) continue;
                var error = Assert.Throws<EspalierException>(() => new OutputLoss(loss, activation, 3, 1));
                Assert.Contains(activation.Kind.ToString(), error.Message, StringComparison.Ordinal);
            }
        }
    }

    private static void AssertGradients(TrainableNetwork network, LossKind loss, int count)
    {
        (float[] inputs, float[] targets) = DerivativeProblem.Samples(network, count);
        using var engine = new ComputeEngine(1);
        var pass = new NetworkPass(network, count, withGradients: true);
        inputs.CopyTo(pass.Input, 0);
        pass.Forward(engine, count);
        var outputLoss = new OutputLoss(loss, network.Layers[^1].Activation, network.OutputShape.Length, count);
        double actualLoss = outputLoss.Evaluate(pass.Logits, targets, pass.LogitGradient, count) / count;
        pass.Backward(engine, count);

        var oracle = new DoubleNetwork(network);
        double Loss() => oracle.Loss(loss, inputs, targets, count);
        Assert.Equal(Loss(), actualLoss, 2e-6);
        Assert.True(oracle.NearestKink > 1e-4, "A sum lies too near a kink for differences: change the seed.");
        for (int p = 0; p < network.Parameters.Count; p++)
        {
            float[] gradient = network.Parameters[p].Gradient;
            for (int i = 0; i < gradient.Length; i++) Assert.Equal(oracle.Derivative(Loss, p, i), gradient[i], 2e-6);
        }
    }
}
