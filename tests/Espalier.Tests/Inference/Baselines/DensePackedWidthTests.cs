using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;
using Espalier.Inference.Baselines;
using Espalier.Training;

namespace Espalier.Tests.Inference.Baselines;

/// <summary>Every register width is run on every machine: what the processor lacks, the runtime emulates.</summary>
public sealed class DensePackedWidthTests
{
    public static TheoryData<VectorWidth> Widths => [.. Enum.GetValues<VectorWidth>()];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Width_agrees_on_every_number_of_inputs_and_outputs(VectorWidth width)
    {
        for (int length = 1; length <= 70; length++)
        {
            RequireAgreement(width, 1, Activation.Relu, length, 71 - length);
            RequireAgreement(width, 5, Activation.Identity, 17, length, 3);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Width_agrees_on_every_batch_size(VectorWidth width)
    {
        for (int batch = 1; batch <= 40; batch++) RequireAgreement(width, batch, Activation.Sigmoid, 23, 50, 7);
        RequireAgreement(width, 203, Activation.Sigmoid, 23, 50, 7);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Width_agrees_on_many_strips_at_once(VectorWidth width)
    {
        // 8 + 4 + 1 strips of 16 outputs, and whatever that is for the narrower registers.
        RequireAgreement(width, 1, Activation.Relu, 131, 205, 99);
        RequireAgreement(width, 13, Activation.Relu, 131, 205, 99);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Width_agrees_on_images(VectorWidth width)
    {
        int run = 0;
        for (ulong seed = 0; seed < 400; seed++)
        {
            Network network = RandomGraphs.Next(new SeededRandom(seed), "graph");
            DensePackedContender contender;
            try
            {
                contender = new DensePackedContender(network, width);
            }
            catch (NotSupportedException)
            {
                continue;
            }

            using (contender) ContenderTests.RequireNearInterpreter(network, contender, samples: 7, $"seed {seed}");
            run++;
        }

        Assert.True(run > 40, $"{run} networks were run.");
    }

    [Fact]
    public void LeNet_5_is_run_without_allocation()
    {
        Network network = Architecture.Find("lenet-5-caffe")
            .Create("n", new Shape(1, 28, 28), 10, Activation.Softmax, seed: 1).ToNetwork();
        using var contender = new DensePackedContender(network);
        ContenderTests.RequireAgreement(network, contender, 1, 5, 100);
        ContenderTests.RequireNoAllocation(network, contender);
    }

    [Fact]
    public void Outputs_beyond_the_rows_are_not_touched()
    {
        Network network = RandomNetwork.Create(2, 1, Activation.Relu, Activation.Identity, 5, 3);
        using var contender = new DensePackedContender(network);
        float[] inputs = RandomNetwork.Inputs(network, 7);
        float[] outputs = [.. Enumerable.Repeat(-7f, 23)];
        contender.PredictBatch(inputs, outputs.AsSpan(1, 21));
        Assert.Equal((-7f, -7f), (outputs[0], outputs[22]));
    }

    private static void RequireAgreement(VectorWidth width, int batch, Activation hidden, params ReadOnlySpan<int> lengths)
    {
        Network network = RandomNetwork.Create((ulong)(batch + lengths[0]), 0.7, hidden, Activation.Identity, lengths);
        using var contender = new DensePackedContender(network, width);
        ContenderTests.RequireAgreement(network, contender, batch);
    }
}
