using Espalier.Compilation.Model;
using Espalier.Pruning.Gates;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Tests.Pruning.Gates;

public sealed class StochasticThreadTests
{
    // Large enough that every loop is shared out.
    private const int Inputs = 301, Outputs = 130, Count = 70;

    public static TheoryData<string> Kinds => ["input gates", "weight gates", "gates of each sample", "variational"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_pass_gives_the_same_bits_with_1_2_and_3_threads(string kind)
    {
        uint[][] expected = Pass(kind, 1, step: 0);
        Assert.Equal(expected, Pass(kind, 2, step: 0));
        Assert.Equal(expected, Pass(kind, 3, step: 0));
        Assert.NotEqual(expected[0], Pass(kind, 1, step: 1)[0]);
    }

    // Two passes, so that buffers with the first one's numbers show.
    private static uint[][] Pass(string kind, int threads, long step)
    {
        StochasticLayer layer = Layer(kind);
        var random = new SeededRandom(6);
        float[] input = Random(Count * Inputs), outputGradient = Random(Count * Outputs);
        float[] output = new float[outputGradient.Length], inputGradient = new float[input.Length];
        using var engine = new ComputeEngine(threads);
        for (int count = Count; count >= Count - 30; count -= 30)
        {
            layer.BeginStep(step, 0);
            LayerPass pass = LayerProbe.PassThrough(layer, input, output, outputGradient, inputGradient);
            layer.Forward(engine, pass, count);
            layer.Backward(engine, pass, count);
        }

        return [Bits(output), Bits(inputGradient), .. layer.Parameters.Select(parameter => Bits(parameter.Gradient))];

        float[] Random(int length) => [.. Enumerable.Range(0, length).Select(_ => (float)random.NextNormal())];
        static uint[] Bits(float[] values) => Array.ConvertAll(values, FloatBits.Of);
    }

    private static StochasticLayer Layer(string kind)
    {
        var plain = new TrainableDense("fc", Inputs, Outputs, Activation.Relu);
        Initializer.Fill(plain.Weights.Values, Inputs, Outputs, Activation.Relu, new SeededRandom(1));
        var gates = new GateSettings(0.01, 0.1, 0.5, 3);
        return kind switch
        {
            "input gates" => new BatchGatedLayer(plain, GateGroup.Input, gates),
            "weight gates" => new BatchGatedLayer(plain, GateGroup.Weight, gates),
            "gates of each sample" => new SampleGatedDense(plain, gates),
            _ => new VariationalLayer(plain, new VariationalSettings(0.01, 0, -5, 3, 3)),
        };
    }
}
