using System.Runtime.InteropServices;
using Espalier.Compilation.Format;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Generator.Tests.Harness;
using Espalier.Inference;

namespace Espalier.Generator.Tests;

/// <summary>Text, generator, C# compiler, execution: against the reference interpreter.</summary>
public sealed class DifferentialTests
{
    private const int SmallNetworks = 40;
    private const int Inputs = 20;

    [Fact]
    public void Generated_code_gives_the_bits_of_the_interpreter_and_vector_code_keeps_within_its_bound()
    {
        // One compilation for all: it costs far more than the networks do.
        Network[] networks = [.. Enumerable.Range(0, SmallNetworks).Select(Models.Random), Models.Large()];
        ProjectOptions options = networks.Aggregate(ProjectOptions.In("Acme"), (all, network) => all.With(network.Name + ".espalier"));
        GeneratorRun run = GeneratorRun.Start(
            options, [.. networks.Select(network => new ModelText(network.Name + ".espalier", ModelWriter.ToText(network)))]);

        run.Load($"Acme.{networks[0].Name}", first =>
        {
            bool[] areExact = Array.ConvertAll(networks, network =>
                Compare(network, new GeneratedClass(first.Type.Assembly.GetType("Acme." + network.Name, throwOnError: true)!)));
            Assert.Contains(true, areExact);
            Assert.Contains(false, areExact);
        });
    }

    [Fact]
    public void A_model_whose_samples_are_not_its_own_fails_its_self_check()
    {
        Network network = Models.Small();
        Sample right = Sample.FromDense([4, 1], [0.625f]), wrong = Sample.FromDense([4, 1], [0.75f]);
        network = network with { Samples = new EquatableArray<Sample>([right, wrong]) };

        GeneratorRun.Of(ModelWriter.ToText(network)).Load("Acme.Model", model => Assert.False(model.Verify()));
    }

    /// <summary>Holds the class to the bits where all of its code is scalar, else to its bound; gives which of the two.</summary>
    private static bool Compare(Network network, GeneratedClass generated)
    {
        // A unit without inputs becomes part of the next biases, which regroups sums: the bits are those of the lowered network.
        LoweredNetwork lowered = LoweringPipeline.Run(network);
        bool isExact = lowered.Plans.All(plan => plan.Kernels.All(choice => choice.Width == VectorWidth.Scalar));
        var bound = new RoundingBound(lowered.Network);
        var random = new SeededRandom(7);
        Assert.Equal((network.InputShape.Length, network.OutputShape.Length), (generated.InputLength, generated.OutputLength));
        Assert.True(generated.Verify(), network.Name);
        for (int i = 0; i < Inputs; i++)
        {
            float[] input = Models.Values(random, generated.InputLength, 0.8f), actual = generated.Predict(input);
            BoundedOutputs expected = bound.For(input);
            if (isExact) Assert.Equal(Bits(expected.Values), Bits(actual));
            else Assert.InRange(expected.BoundShare(actual), 0, 1);
        }

        return isExact;
    }

    private static uint[] Bits(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, uint>(values).ToArray();
}
