using System.Globalization;
using System.Text;
using Espalier.Compilation.Format;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Inference.Baselines;
using Espalier.Tests.Shared;

namespace Espalier.Packaging.Tests.Harness;

/// <summary>
/// Networks, inputs and a program that a consumer compiles and runs on them, with the answers of the reference interpreter.
/// The program is C# 7.3 over arrays, so that one text serves every target. It needs no console
/// to say whether all bits are right: its exit code does.
/// </summary>
internal sealed class Exam
{
    /// <summary>The exit code of a program all of whose answers have the bits of the interpreter.</summary>
    public const int AllRight = 42;

    /// <summary>The exit code of one whose answers have not.</summary>
    public const int Wrong = 1;

    private const int Samples = 4;

    private static readonly (string Name, Network Network)[] s_networks =
    [
        ("Digits", RandomNetwork.Create(1, 0.1, Activation.Relu, Activation.Softmax, 64, 48, 10)),
        ("Mix", Mixed()),
        ("Image", GraphNetworks.Random(3)),
        ("Branches", GraphNetworks.Random(BranchSeed())),
    ];

    /// <summary>The items of the networks: all that an item can say is said.</summary>
    public static string Items(bool forceScalar) => string.Join('\n', s_networks.Select(network =>
    {
        string how = !forceScalar ? "" : network.Name switch
        {
            "Digits" => " Kernel=\"Table\"",
            "Mix" => " Kernel=\"Unrolled\" MaxTermsPerMethod=\"16\"",
            _ => "",
        };
        return $"<EspalierNetwork Include=\"models/{network.Name}.espalier\" Namespace=\"Acme\" Visibility=\"internal\"{how} />";
    }));

    /// <summary>The text of one of the models.</summary>
    public static string Model(string name) => ModelWriter.ToText(s_networks.Single(network => network.Name == name).Network);

    /// <summary>Writes the model files, the program and the right answers.</summary>
    public static Consumer Write(Consumer consumer)
    {
        foreach ((string name, _) in s_networks) consumer.With($"models/{name}.espalier", Model(name));
        return consumer.With("Program.cs", Program()).With("Answers.cs", Answers());
    }

    /// <summary>Classes that look like the networks' and do nothing: what the networks add to a program is measured by them.</summary>
    public static string Stubs => "namespace Acme\n{\n" + string.Concat(s_networks.Select(network => $$"""
            internal static class {{network.Name}}
            {
                public const int InputLength = {{network.Network.InputShape.Length}}, OutputLength = {{network.Network.OutputShape.Length}};

                public static void Predict(float[] input, float[] output) => output[0] = input[0];

                public static void PredictBatch(float[] inputs, float[] outputs) => outputs[0] = inputs[0];

                public static int Classify(float[] input) => (int)input[0];

                public static bool Verify(out float largestError)
                {
                    largestError = 0f;
                    return true;
                }
            }

        """)) + "}\n";

    /// <summary>Whether what the program printed is within the bounds of vector code.</summary>
    public static void AssertWithinBounds(string printed)
    {
        string[] lines = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int next = 0;
        uint state = 1;
        foreach ((string name, Network network) in s_networks)
        {
            var bound = new RoundingBound(LoweringPipeline.Run(network).Network);
            for (int sample = 0; sample < Samples; sample++)
            {
                BoundedOutputs expected = bound.For(Input(network, ref state));
                float[] actual = [.. Enumerable.Range(0, network.OutputShape.Length).Select(_ =>
                    BitConverter.Int32BitsToSingle(int.Parse(lines[next++], NumberStyles.HexNumber, CultureInfo.InvariantCulture)))];
                Assert.True(expected.BoundShare(actual) <= 1, name);
            }
        }

        Assert.Equal(next, lines.Length);
    }

    private static float[] Input(Network network, ref uint state)
    {
        var input = new float[network.InputShape.Length];
        for (int i = 0; i < input.Length; i++)
        {
            state = unchecked(state * 1664525 + 1013904223);
            input[i] = ((int)(state >> 8) - 8388608) / 8388608f;
        }

        return input;
    }

    private static string Program()
    {
        string calls = string.Concat(s_networks.Select(network => $$"""
                    wrong += Sit(ref state, ref next, print, Acme.{{network.Name}}.InputLength, Acme.{{network.Name}}.OutputLength,
                        (x, y) => Acme.{{network.Name}}.Predict(x, y), (x, y) => Acme.{{network.Name}}.PredictBatch(x, y), x => Acme.{{network.Name}}.Classify(x));
                    if (!Acme.{{network.Name}}.Verify(out _)) wrong++;

            """));
        return $$"""
            using System;

            internal static class Program
            {
                private delegate void Predictor(float[] input, float[] output);

                private delegate int Classifier(float[] input);

                /// <summary>Says "print" for all answers, "wrong" to be marked against wrong ones.</summary>
                private static int Main(string[] arguments)
                {
                    string order = arguments.Length > 0 ? arguments[0] : "";
                    if (order == "wrong") Answers.Bits[Answers.Bits.Length - 1] ^= 1;
                    bool print = order == "print";
                    uint state = 1;
                    int next = 0, wrong = 0;
            {{calls}}
                    return wrong == 0 && next == Answers.Bits.Length ? {{AllRight}} : {{Wrong}};
                }

                private static int Sit(
                    ref uint state, ref int next, bool print, int inputLength, int outputLength, Predictor predict, Predictor batch, Classifier classify)
                {
                    float[] inputs = new float[{{Samples}} * inputLength], outputs = new float[{{Samples}} * outputLength];
                    float[] input = new float[inputLength], output = new float[outputLength];
                    for (int i = 0; i < inputs.Length; i++)
                    {
                        state = unchecked(state * 1664525 + 1013904223);
                        inputs[i] = ((int)(state >> 8) - 8388608) / 8388608f;
                    }

                    batch(inputs, outputs);
                    int wrong = 0;
                    for (int sample = 0; sample < {{Samples}}; sample++)
                    {
                        Array.Copy(inputs, sample * inputLength, input, 0, inputLength);
                        predict(input, output);
                        int largest = 0;
                        for (int i = 0; i < outputLength; i++)
                        {
                            int bits = BitConverter.ToInt32(BitConverter.GetBytes(output[i]), 0);
                            if (print) Console.WriteLine(bits.ToString("x8", System.Globalization.CultureInfo.InvariantCulture));
                            if (bits != Answers.Bits[next++] || output[i] != outputs[sample * outputLength + i]) wrong++;
                            if (output[i] > output[largest]) largest = i;
                        }

                        if (outputLength > 1 && classify(input) != largest) wrong++;
                    }

                    return wrong;
                }
            }
            """;
    }

    private static string Answers()
    {
        var text = new StringBuilder("internal static class Answers\n{\n    internal static readonly int[] Bits =\n    {\n");
        uint state = 1;
        foreach ((_, Network network) in s_networks)
        {
            var reference = new ReferenceInterpreter(LoweringPipeline.Run(network).Network);
            var output = new float[network.OutputShape.Length];
            for (int sample = 0; sample < Samples; sample++)
            {
                reference.Predict(Input(network, ref state), output);
                foreach (float value in output)
                {
                    text.Append(CultureInfo.InvariantCulture, $"        unchecked((int)0x{BitConverter.SingleToUInt32Bits(value):x8}),\n");
                }
            }
        }

        return text.Append("    };\n}\n").ToString();
    }

    /// <summary>A layer for each activation function.</summary>
    private static Network Mixed()
    {
        Activation[] activations =
        [
            .. Enum.GetValues<ActivationKind>().Where(kind => kind != ActivationKind.Softmax).Select(kind => new Activation(kind)),
            Activation.Identity,
        ];
        int width = 12;
        IEnumerable<Layer> layers = activations.Select((activation, i) => RandomNetwork.Create(
            (ulong)i + 1, 0.6, activation, activation.HasParameter ? activation with { Alpha = 0.25f } : activation,
            width, width).Layers[0] with { Name = $"layer{i}" });
        Network network = new("Mix", Shape.Flat(width), new EquatableArray<Layer>(layers), default);
        float[] input = RandomNetwork.Inputs(network, 1), output = new float[width];
        new ReferenceInterpreter(network).Predict(input, output);
        return network with { Samples = new EquatableArray<Sample>([Sample.FromDense(input, output)]) };
    }

    /// <summary>The first small network with an addition and a concatenation, or one of them.</summary>
    private static int BranchSeed() => Enumerable.Range(0, 1000).First(seed =>
        GraphNetworks.Random(seed) is { WeightCount: < 1500 } network
        && network.Layers.Any(layer => layer is AdditionLayer) && network.Layers.Any(layer => layer is ConcatenationLayer));
}
