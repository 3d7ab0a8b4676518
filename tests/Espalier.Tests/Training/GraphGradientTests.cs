using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Training;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Tests.Training;

public sealed class GraphGradientTests
{
    private const int Count = 3;

    public static TheoryData<string> Networks => [.. SmallGraphs.Names];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_of_training_agree_with_central_differences(string name) => AssertGradients(name, isTraining: true);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_of_the_network_as_it_is_agree_with_central_differences(string name) => AssertGradients(name, isTraining: false);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Outputs_outside_of_training_are_those_of_the_interpreter(string name)
    {
        TrainableNetwork network = SmallGraphs.Create(name);
        (float[] inputs, _) = DerivativeProblem.Samples(network, Count);
        using var engine = new ComputeEngine(1);
        var pass = new NetworkPass(network, Count, withGradients: false);
        inputs.CopyTo(pass.Input, 0);
        pass.Forward(engine, Count);

        Network model = network.ToNetwork();
        Layer last = model.Layers[model.Layers.Length - 1];
        EquatableArray<Layer> layers = new([.. model.Layers.SkipLast(1), last with { Activation = Activation.Identity }]);
        var interpreter = new ReferenceInterpreter(model with { Layers = layers });
        var output = new float[3];
        for (int sample = 0; sample < Count; sample++)
        {
            int length = network.InputShape.Length;
            interpreter.Predict(inputs.AsSpan(sample * length, length), output);
            for (int i = 0; i < output.Length; i++) Assert.Equal(output[i], pass.Logits[sample * output.Length + i], 3e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Any_number_of_threads_gives_the_same_bits(string name)
    {
        uint[] expected = Run(1);
        Assert.Equal(expected, Run(2));
        Assert.Equal(expected, Run(5));

        uint[] Run(int threads)
        {
            TrainableNetwork network = SmallGraphs.Create(name);
            (float[] inputs, float[] targets) = DerivativeProblem.Samples(network, 40);
            using var engine = new ComputeEngine(threads);
            var pass = new NetworkPass(network, 40, withGradients: true, 7);
            inputs.CopyTo(pass.Input, 0);
            pass.Forward(engine, 40);
            new OutputLoss(LossKind.CategoricalCrossEntropy, Activation.Softmax, 3, 40)
                .Evaluate(pass.Logits, targets, pass.LogitGradient, 40);
            pass.Backward(engine, 40);
            return
            [
                .. pass.Logits.Select(FloatBits.Of),
                .. network.Parameters.SelectMany(parameter => parameter.Gradient.Concat(parameter.Values)).Select(FloatBits.Of),
            ];
        }
    }

    private static void AssertGradients(string name, bool isTraining)
    {
        TrainableNetwork network = SmallGraphs.Create(name);
        (float[] inputs, float[] targets) = DerivativeProblem.Samples(network, Count);
        var oracle = new DoubleGraph(network, isTraining);
        double[][] samples =
            [.. inputs.Chunk(network.InputShape.Length).Select(sample => Array.ConvertAll(sample, value => (double)value))];
        double Loss() => oracle.Loss(LossKind.CategoricalCrossEntropy, samples, targets);

        using var engine = new ComputeEngine(1);
        var pass = new NetworkPass(network, Count + 1, withGradients: true, isTraining ? 1UL : null);
        inputs.CopyTo(pass.Input, 0);
        pass.Forward(engine, Count);
        var outputLoss = new OutputLoss(LossKind.CategoricalCrossEntropy, Activation.Softmax, 3, Count);
        double loss = outputLoss.Evaluate(pass.Logits, targets, pass.LogitGradient, Count) / Count;
        pass.Backward(engine, Count);

        Assert.Equal(Loss(), loss, 2e-6);
        Assert.True(
            oracle.NearestKink > 3e-5, $"A value lies {oracle.NearestKink} from a kink, too near for differences: change the seed.");
        foreach (Parameter parameter in network.Parameters)
        {
            double[] numbers = oracle.Numbers(parameter);

            // Of large matrices a part, at a distance that is no divisor of their width.
            int step = numbers.Length < 100 ? 1 : numbers.Length / 50 | 1;
            for (int i = 0; i < numbers.Length; i += step)
            {
                double expected = parameter.IsLearned ? DoubleNetwork.Derivative(Loss, ref numbers[i]) : 0;
                Assert.True(
                    Math.Abs(expected - parameter.Gradient[i]) < 3e-6, $"{parameter.Name}[{i}]: {parameter.Gradient[i]}, not {expected}");
            }
        }
    }
}
