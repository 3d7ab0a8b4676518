using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Inference.Baselines;
using Espalier.Tests.Shared;

namespace Espalier.Tests.Inference.Baselines;

public sealed class ContenderTests
{
    private const double Tolerance = 2e-6;

    private static readonly string[] s_allocationFree =
        [ContenderNames.DensePacked, ContenderNames.DenseNaive, ContenderNames.TensorPrimitives, ContenderNames.Csr];

    public static TheoryData<string> Managed =>
        [.. Contenders.Baselines(RandomNetwork.Create(1, 1, default, default, 1, 1))
            .Select(candidate => candidate.Name).Where(name => name != ContenderNames.OnnxRuntime)];

    [Fact]
    public void Generated_code_is_the_first_of_all_contenders()
    {
        Network network = RandomNetwork.Create(5, 0.1, Activation.Relu, Activation.Softmax, 37, 30, 6);
        ContenderCandidate candidate = Contenders.All(network)[0];
        Assert.Equal(ContenderNames.Espalier, candidate.Name);
        using IContender contender = candidate.Create();
        Assert.Equal(candidate.Name, contender.Name);
        RequireAgreement(network, contender, 1, 7);
        RequireNoAllocation(network, contender);
    }

    [Theory]
    [MemberData(nameof(Managed))]
    public void Contender_agrees_with_the_double_reference_on_every_activation(string name)
    {
        foreach (Activation hidden in Activations.All)
        {
            foreach (Activation last in Activations.All)
            {
                Network network = RandomNetwork.Create(5, 0.6, hidden, last, 37, 300, 19, 6);
                using IContender contender = Create(name, network);
                RequireAgreement(network, contender, 1, 7);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Managed))]
    public void Contender_agrees_with_the_double_reference_on_every_small_size(string name)
    {
        for (int length = 1; length <= 70; length++)
        {
            Network network = RandomNetwork.Create((ulong)length, 0.5, Activation.Relu, Activation.Identity, length, 71 - length, length);
            using IContender contender = Create(name, network);
            RequireAgreement(network, contender, 1, 5);
        }
    }

    [Theory]
    [MemberData(nameof(Managed))]
    public void Contender_agrees_with_the_double_reference_on_every_batch_size(string name)
    {
        Network network = RandomNetwork.Create(9, 0.2, Activation.Tanh, Activation.Softmax, 50, 33, 10);
        using IContender contender = Create(name, network);
        for (int batch = 1; batch <= 40; batch++) RequireAgreement(network, contender, batch);
        RequireAgreement(network, contender, 96, 97, 200);
    }

    [Theory]
    [MemberData(nameof(Managed))]
    public void Contender_runs_a_large_network_with_empty_rows(string name)
    {
        Network network = RandomNetwork.Create(11, 0.003, Activation.Relu, Activation.Identity, 784, 300, 100, 10);
        using IContender contender = Create(name, network);
        RequireAgreement(network, contender, 1, 20);
    }

    [Theory]
    [MemberData(nameof(Managed))]
    public void Softmax_of_huge_sums_does_not_overflow(string name)
    {
        var weights = SparseMatrix.FromDense(3, 1, [500f, 300f, -500f]);
        var layer = new DenseLayer("huge", weights, new FloatVector([0, 0, 0]), Activation.Softmax);
        var network = new Network("huge", Shape.Flat(1), new EquatableArray<Layer>([layer]), default);
        using IContender contender = Create(name, network);
        var output = new float[3];
        contender.Predict([1f], output);
        Assert.Equal([1f, 0f, 0f], output);
    }

    [Theory]
    [MemberData(nameof(Managed))]
    public void Contender_refuses_wrong_lengths_by_name_of_the_argument(string name)
    {
        using IContender contender = Create(name, RandomNetwork.Create(1, 1, Activation.Relu, Activation.Relu, 4, 3, 2));
        Assert.Equal((name, 4, 2), (contender.Name, contender.InputLength, contender.OutputLength));
        Assert.Throws<ArgumentException>("input", () => contender.Predict(new float[5], new float[2]));
        Assert.Throws<ArgumentException>("output", () => contender.Predict(new float[4], new float[3]));
        Assert.Throws<ArgumentException>("inputs", () => contender.PredictBatch(new float[9], new float[4]));
        Assert.Throws<ArgumentException>("outputs", () => contender.PredictBatch(new float[8], new float[2]));
        contender.PredictBatch([], []);
    }

    [Theory]
    [MemberData(nameof(Managed))]
    public void Contender_allocates_nothing_where_it_promises_so(string name)
    {
        if (!s_allocationFree.Contains(name)) return;
        Network network = RandomNetwork.Create(3, 0.5, Activation.Elu(), Activation.Softmax, 40, 30, 10);
        using IContender contender = Create(name, network);
        RequireNoAllocation(network, contender);
    }

    [Fact]
    public void Csr_refuses_more_inputs_than_its_indices_can_name()
    {
        Network network = RandomNetwork.Create(1, 0.001, Activation.Relu, Activation.Relu, 65_537, 1);
        var error = Assert.Throws<NotSupportedException>(() => new CsrContender(network));
        Assert.Contains("16-bit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Contender_refuses_a_network_that_makes_no_sense()
    {
        Network network = RandomNetwork.Create(1, 1, Activation.Relu, Activation.Relu, 4, 3) with { InputShape = Shape.Flat(5) };
        Assert.Throws<ArgumentException>("network", () => new DenseNaiveContender(network));
    }

    internal static void RequireAgreement(Network network, IContender contender, params ReadOnlySpan<int> batches)
    {
        foreach (int batch in batches)
        {
            // Two calls with different samples: what the first leaves in the contender's memory must not show in the second.
            var check = new AgreementCheck(network, RandomNetwork.Inputs(network, 2 * batch));
            check.Require(contender, batch, Tolerance);
        }
    }

    /// <summary>For networks of many kinds of layers, in which errors grow and outputs may all be small.</summary>
    internal static void RequireNearInterpreter(Network network, IContender contender, int samples, string name)
    {
        const double Tolerance = 2e-5;
        int length = network.InputShape.Length;
        float[] inputs = RandomNetwork.Inputs(network, samples), outputs = new float[samples * network.OutputShape.Length];
        contender.PredictBatch(inputs, outputs);
        var interpreter = new ReferenceInterpreter(network);
        float[] expected = new float[network.OutputShape.Length], single = new float[expected.Length];
        for (int s = 0; s < samples; s++)
        {
            ReadOnlySpan<float> input = inputs.AsSpan(s * length, length);
            interpreter.Predict(input, expected);
            contender.Predict(input, single);
            for (int i = 0; i < expected.Length; i++)
            {
                double bound = Tolerance * (1 + Math.Abs(expected[i]));
                Assert.True(
                    Math.Abs(expected[i] - outputs[s * expected.Length + i]) <= bound, $"{name}, sample {s}, output {i} of a batch");
                Assert.True(Math.Abs(expected[i] - single[i]) <= bound, $"{name}, sample {s}, output {i}");
            }
        }
    }

    internal static void RequireNoAllocation(Network network, IContender contender)
    {
        const int Samples = 8;
        float[] inputs = RandomNetwork.Inputs(network, Samples), outputs = new float[Samples * contender.OutputLength];
        Allocation.AssertNoneAfterFirst(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                contender.Predict(inputs.AsSpan(0, contender.InputLength), outputs.AsSpan(0, contender.OutputLength));
                contender.PredictBatch(inputs, outputs);
            }
        });
    }

    private static IContender Create(string name, Network network) => Contenders.Baselines(network).Single(c => c.Name == name).Create();
}
