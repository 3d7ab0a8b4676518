using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Model;

public class NetworkTests
{
    private static DenseLayer Dense(string name, int inputs, int outputs, int biases = -1) => new(
        name,
        SparseMatrix.FromDense(outputs, inputs, Enumerable.Repeat(0.5f, inputs * outputs).ToArray()),
        new FloatVector(new float[biases < 0 ? outputs : biases]),
        Activation.Relu);

    private static Network Make(params Layer[] layers) => new("Net", Shape.Flat(4), new EquatableArray<Layer>(layers), default);

    [Fact]
    public void A_sound_network_has_no_fault_and_counts_its_weights()
    {
        Network network = Make(Dense("a", 4, 3), Dense("b", 3, 2));

        Assert.Null(network.FindFault());
        Assert.Equal(18, network.WeightCount);
        Assert.Equal(2, network.OutputShape.Length);
        Assert.Equal(network, Make(Dense("a", 4, 3), Dense("b", 3, 2)));
        Assert.NotEqual(network, Make(Dense("a", 4, 3), Dense("c", 3, 2)));
    }

    public static TheoryData<Network, string> Faults => new()
    {
        { Make(), "no layer" },
        { Make(Dense("a", 4, 3)) with { Name = "9lives" }, "not an identifier" },
        { Make(Dense("a", 4, 3)) with { Name = "a\nb" }, "not an identifier" },
        { Make(Dense("a", 4, 3)) with { InputShape = new Shape(0, 1, 1) }, "no element" },
        { Make(Dense("a\"", 4, 3)), "not an identifier" },
        { Make(Dense("a", 4, 3), Dense("a", 3, 2)), "Two layers" },
        { Make(Dense("a", 4, 3), Dense("b", 4, 2)), "Layer 'b' reads 4 values but 3 come" },
        { Make(Dense("a", 4, 3, biases: 2)), "2 biases for 3 outputs" },
        { Make(Dense("a", 4, 1)) with { Samples = new([Sample.FromDense([0, 0, 0, 0, 1], [1])]) }, "sets input 4" },
        { Make(Dense("a", 4, 1)) with { Samples = new([Sample.FromDense([1, 2, 3, 4], [1, 2])]) }, "has 2 outputs" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Every_fault_is_named(Network network, string fragment) =>
        Assert.Contains(fragment, network.FindFault(), StringComparison.Ordinal);

    [Fact]
    public void Samples_keep_the_sign_of_zero_and_leave_plus_zero_out()
    {
        Sample sample = Sample.FromDense([0, -0f, 2, 0], [1]);

        Assert.Equal(2, sample.InputCount);
        Assert.Equal(0x80000000, FloatBits.Of(sample.ToDenseInput(4)[1]));
        Assert.Equal([0, 0, 2, 0], sample.ToDenseInput(4));
        Assert.NotEqual(sample, Sample.FromDense([0, 0, 2, 0], [1]));
    }

    [Fact]
    public void Vectors_compare_by_bits()
    {
        Assert.Equal(new FloatVector([1, 2]), new FloatVector([1, 2]));
        Assert.NotEqual(new FloatVector([0f]), new FloatVector([-0f]));
        Assert.NotEqual(new FloatVector([0f]), new FloatVector([0f, 0f]));
        Assert.Equal(new FloatVector([float.NaN]), new FloatVector([float.NaN]));
    }
}
