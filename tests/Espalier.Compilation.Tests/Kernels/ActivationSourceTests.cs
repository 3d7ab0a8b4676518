using System.Reflection;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Kernels;

public sealed class ActivationSourceTests
{
    /// <summary>All functions that layers may ask for.</summary>
    private static readonly string[] s_names = [.. Enum.GetNames<ActivationKind>(), "Larger"];

    [Fact]
    public void Every_method_of_the_class_but_Apply_is_a_section() => Assert.Equal(
        typeof(ActivationMath).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(method => method.Name).Where(name => name is not ("Apply" or "Identity")).Order(StringComparer.Ordinal),
        ActivationSource.FunctionsFor(s_names).Select(NameOf).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(ActivationKind.Identity)]
    [InlineData(ActivationKind.Relu, "Relu", "ToBits", "ToFloat")]
    [InlineData(ActivationKind.Sigmoid, "Sigmoid", "ExpOfNegative", "Reduced", "ExpRest", "ToBits", "ToFloat")]
    [InlineData(ActivationKind.Elu, "Elu", "Exp", "ExpMinusOne", "Reduced", "ExpRest", "ToBits", "ToFloat")]
    public void A_network_gets_just_the_functions_it_needs(ActivationKind kind, params string[] expected) =>
        Assert.Equal(expected, ActivationSource.FunctionsFor([kind.ToString(), kind.ToString()]).Select(NameOf));

    [Fact]
    public void Sections_name_all_functions_that_they_call()
    {
        string[] all = [.. ActivationSource.FunctionsFor(s_names).Select(NameOf)];
        foreach (string name in s_names)
        {
            string[] functions = [.. ActivationSource.FunctionsFor([name])];
            string text = string.Join("\n", functions);
            string[] names = [.. functions.Select(NameOf)];
            Assert.All(all.Where(other => text.Contains($" {other}(", StringComparison.Ordinal)), other => Assert.Contains(other, names));
        }
    }

    [Fact]
    public void Nothing_of_netstandard_is_left_in_the_text()
    {
        string text = string.Join("\n", ActivationSource.FunctionsFor(s_names));
        Assert.DoesNotContain("FloatBits", text, StringComparison.Ordinal);
        Assert.DoesNotContain("float[]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Math", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ActivationKind.Identity, 0f, "x")]
    [InlineData(ActivationKind.Softmax, 0f, "x")]
    [InlineData(ActivationKind.Tanh, 0f, "Tanh(x)")]
    [InlineData(ActivationKind.LeakyRelu, 0.01f, "LeakyRelu(x, 0.00999999978f)")]
    public void Calls_carry_the_parameter(ActivationKind kind, float alpha, string expected) =>
        Assert.Equal(expected, ActivationSource.Call(new Activation(kind, alpha), "x"));

    private static string NameOf(string function)
    {
        string signature = function.Split('\n').First(line => line.Contains(" static ", StringComparison.Ordinal));
        return signature[..signature.IndexOf('(', StringComparison.Ordinal)].Split(' ')[^1];
    }
}
