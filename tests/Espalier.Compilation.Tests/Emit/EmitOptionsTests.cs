using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Espalier.Compilation.Tests.Lowering;

namespace Espalier.Compilation.Tests.Emit;

public sealed class EmitOptionsTests
{
    [Theory]
    [InlineData("Digits", "")]
    [InlineData("class", "namespace.System")]
    [InlineData("_1", "Acme.Größe")]
    public void Names_that_work(string className, string ns) => Assert.Null(new EmitOptions(className, ns).FindFault());

    [Theory]
    [InlineData("", "")]
    [InlineData("1a", "")]
    [InlineData("a b", "")]
    [InlineData("a;class b{}", "")]
    [InlineData("a\n", "")]
    [InlineData("@a", "")]
    [InlineData("A", "x..y")]
    [InlineData("A", ".x")]
    [InlineData("A", "x;")]
    [InlineData("A", "x\\u0041")]
    [InlineData("Predict", "")]
    [InlineData("Kernels", "")]
    [InlineData("OutputLength", "")]
    public void Names_that_do_not(string className, string ns)
    {
        var options = new EmitOptions(className, ns);
        Assert.NotNull(options.FindFault());
        LoweredNetwork lowered = LoweringPipeline.Run(Build.Network(Build.SumLayer("a", 2)));
        Assert.Throws<ArgumentException>(() => CSharpEmitter.Emit(lowered, options));
    }

    [Fact]
    public void Every_member_of_the_surface_is_a_name_that_does_not_work()
    {
        var header = new NetworkHeader("n", 9000, 1, 9000);
        string text = CSharpEmitter.EmitSurface(header, new EmitOptions("N")).Text;
        foreach (string line in text.Split('\n'))
        {
            if (!line.StartsWith("    ", StringComparison.Ordinal) || !line.Contains(" static ", StringComparison.Ordinal)) continue;
            string name = line.Split('(', '=', ';')[0].TrimEnd().Split(' ')[^1];
            Assert.NotNull(new EmitOptions(name).FindFault());
        }
    }

    [Fact]
    public void A_network_called_like_a_member_gets_an_underscore()
    {
        Network network = Build.Network(Build.SumLayer("a", 2));
        Assert.Equal("net", EmitOptions.For(network).ClassName);
        Assert.Equal("Verify_", EmitOptions.For(network with { Name = "Verify" }).ClassName);
    }
}
