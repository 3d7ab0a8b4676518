using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Tests.Training;

/// <summary>Small networks of every activation with samples for every loss, to check derivatives on.</summary>
internal static class DerivativeProblem
{
    public static Activation[] Activations { get; } =
    [
        Activation.Identity, Activation.Relu, Activation.LeakyRelu(0.1f), Activation.Elu(0.7f), Activation.Selu, Activation.Sigmoid,
        Activation.Tanh, Activation.Softmax, Activation.ClippedRelu(30), Activation.Softplus, Activation.Gelu, Activation.GeluTanh,
        Activation.Silu, Activation.HardSwish,
    ];

    public static IEnumerable<(ActivationKind Output, LossKind Loss)> OutputsAndLosses =>
        from activation in Activations
        from loss in Enum.GetValues<LossKind>()
        where MakesSense(activation.Kind, loss)
        select (activation.Kind, loss);

    public static bool MakesSense(ActivationKind activation, LossKind loss) => loss switch
    {
        LossKind.CategoricalCrossEntropy => activation == ActivationKind.Softmax,
        LossKind.BinaryCrossEntropy => activation is ActivationKind.Softmax or ActivationKind.Sigmoid,
        _ => true,
    };

    public static Activation Find(ActivationKind kind) => Activations.Single(activation => activation.Kind == kind);

    public static TrainableNetwork Network(int[] widths, Activation hidden, Activation output)
    {
        TrainableNetwork network = TrainableNetwork.Perceptron("checked", Shape.Flat(6), widths, hidden, output, seed: 3);
        var random = new SeededRandom(4);
        foreach (Parameter parameter in network.Parameters.Where(parameter => !parameter.IsWeight))
        {
            foreach (ref float bias in parameter.Values.AsSpan()) bias = 0.5f * (float)random.NextNormal();
        }

        return network;
    }

    public static (float[] Inputs, float[] Targets) Samples(TrainableNetwork network, int count)
    {
        var random = new SeededRandom(11);
        int outputs = network.OutputShape.Length;
        float[] inputs = new float[count * network.InputShape.Length], targets = new float[count * outputs];
        foreach (ref float input in inputs.AsSpan()) input = (float)random.NextNormal();
        for (int i = 0; i < count; i++)
        {
            // Soft targets that sum to 1 serve all losses; every third sample is one-hot.
            Span<float> target = targets.AsSpan(i * outputs, outputs);
            if (i % 3 == 0)
            {
                target[random.Next(outputs)] = 1;
                continue;
            }

            float sum = 0;
            foreach (ref float value in target) sum += value = 0.1f + random.NextSingle();
            foreach (ref float value in target) value /= sum;
        }

        return (inputs, targets);
    }

    public static Dataset Data(TrainableNetwork network, int count)
    {
        (float[] inputs, float[] targets) = Samples(network, count);
        return Dataset.Regression("samples", network.InputShape, inputs, targets, network.OutputShape.Length);
    }
}
