using System.Globalization;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Espalier.Tests.Inference;

/// <summary>What is true of the generated text itself, read back with Roslyn.</summary>
public sealed class GeneratedCodeTests
{
    private static readonly Network[] s_networks =
    [
        .. Enumerable.Range(0, 12).Select(i => RandomNetworks.Next(new SeededRandom((ulong)i), "net")),
        RandomNetworks.Classifier(1, 0.3, 100, 60, 10),
    ];

    [Fact]
    public void Unrolled_code_multiplies_by_each_surviving_weight_once_and_by_no_zero()
    {
        foreach (Network network in s_networks)
        {
            LoweredNetwork lowered = Lower(network, KernelKind.Unrolled, VectorWidth.Scalar);
            List<(int Layer, int Column, float Weight)> terms = [];
            foreach (MethodDeclarationSyntax method in LayerMethods(lowered))
            {
                int layer = Number(method.Identifier.Text["Layer".Length..].Split("Part")[0]);
                foreach (BinaryExpressionSyntax product in method.DescendantNodes().OfType<BinaryExpressionSyntax>())
                {
                    if (!product.IsKind(SyntaxKind.MultiplyExpression)) continue;
                    var element = Assert.IsType<ElementAccessExpressionSyntax>(product.Left);
                    Assert.Equal("input", element.Expression.ToString());
                    terms.Add((layer, Number(element.ArgumentList.Arguments[0].ToString()), Literal(product.Right)));
                }
            }

            Assert.DoesNotContain(terms, term => term.Weight == 0);
            Assert.Equal(Weights(lowered).Order(), terms.Order());
        }
    }

    [Fact]
    public void Tables_hold_each_surviving_weight_once_and_no_zero()
    {
        foreach (Network network in s_networks)
        {
            LoweredNetwork lowered = Lower(network, KernelKind.Table, VectorWidth.Scalar);
            for (int layer = 0; layer < lowered.LayerCount; layer++)
            {
                float[] expected = [.. Weights(lowered).Where(weight => weight.Layer == layer).Select(weight => weight.Weight)];
                float[] table = Table(lowered, $"Layer{layer}Weights");
                Assert.Equal(expected, table.Take(expected.Length));
                Assert.DoesNotContain(0f, table.Take(expected.Length));
                Assert.InRange(table.Length - expected.Length, 0, 1);
            }
        }
    }

    [Theory]
    [InlineData(LanguageVersion.CSharp10)]
    [InlineData(LanguageVersion.CSharp12)]
    [InlineData(LanguageVersion.Latest)]
    public void Generated_code_compiles_without_a_warning_under_harsh_settings(LanguageVersion version)
    {
        var files = new List<EmittedFile>();
        foreach ((int i, Network network) in s_networks.Index())
        {
            foreach (KernelKind? kernel in (KernelKind?[])[null, .. Enum.GetValues<KernelKind>()])
            {
                LoweredNetwork lowered = Lower(RandomNetworks.WithSamples(network, new SeededRandom(1), i % 3), kernel);
                files.AddRange(CSharpEmitter.Emit(
                    lowered, new EmitOptions($"Net{i}{kernel}", i % 2 == 0 ? "" : "Acme.Networks", i % 3 > 0)));
            }
        }

        GeneratedSource.AssertNothingToSay(GeneratedSource.CompileHarshly(files, version));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(9000)]
    public void The_surface_compiles_alone(int hidden)
    {
        var header = new NetworkHeader("net", 10, 3, hidden);
        GeneratedSource.AssertNothingToSay(
            GeneratedSource.CompileHarshly([CSharpEmitter.EmitSurface(header, new EmitOptions("Net", "Acme"))]));
    }

    [Theory]
    [InlineData("class", "namespace.static")]
    [InlineData("record", "")]
    [InlineData("required", "file.scoped")]
    [InlineData("field", "await.async")]
    [InlineData("var", "dynamic")]
    [InlineData("digits", "acme")]
    [InlineData("__arglist", "__refvalue")]
    [InlineData("System", "Acme")]
    [InlineData("Layer0", "Layer0Part0")]
    [InlineData("Größe", "Häuser")]
    [InlineData("Span", "Acme.System.Span")]
    public void Awkward_names_compile(string className, string ns)
    {
        var options = new EmitOptions(className, ns);
        foreach (LanguageVersion version in new[] { LanguageVersion.CSharp10, LanguageVersion.Preview })
        {
            GeneratedSource.AssertNothingToSay(
                GeneratedSource.CompileHarshly(CSharpEmitter.Emit(Lower(s_networks[^1], null), options), version));
        }
    }

    [Fact]
    public void Types_of_the_user_called_like_those_of_the_framework_do_no_harm()
    {
        const string UserTypes = """
            namespace Acme
            {
                internal class System { }
                internal class Span { }
                internal class ReadOnlySpan<T> { }
                internal class MemoryExtensions { }
                internal class Math { }
                internal class BitConverter { }
                internal static partial class Net { private static int Run(int input) => input; }
            }
            """;
        LoweredNetwork lowered = Lower(RandomNetworks.WithSamples(s_networks[^1], new SeededRandom(1), 2), null);
        EmittedFile[] files = [.. CSharpEmitter.Emit(lowered, new EmitOptions("Net", "Acme", IsPublic: false)),
            new EmittedFile("User.cs", UserTypes)];
        CSharpCompilation compilation = GeneratedSource.CompileHarshly(files);
        Assert.DoesNotContain(
            compilation.GetDiagnostics(),
            diagnostic => diagnostic.Location.SourceTree?.FilePath != "User.cs" && diagnostic.Severity > DiagnosticSeverity.Info);
    }

    [Fact]
    public void A_strange_culture_changes_nothing()
    {
        string[] expected = [.. CSharpEmitter.Emit(Lower(s_networks[^1], null), new EmitOptions("Net")).Select(file => file.Text)];
        CultureInfo previous = CultureInfo.CurrentCulture;
        var strange = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        strange.NumberFormat.NegativeSign = "~";
        strange.NumberFormat.NumberDecimalSeparator = ",";
        strange.NumberFormat.PercentDecimalSeparator = ",";
        strange.NumberFormat.PercentSymbol = "!";
        try
        {
            CultureInfo.CurrentCulture = strange;
            Assert.Equal("~1,5", (-1.5).ToString(CultureInfo.CurrentCulture));
            Assert.Equal(expected, CSharpEmitter.Emit(Lower(s_networks[^1], null), new EmitOptions("Net")).Select(file => file.Text));
        }
        finally
        {
            CultureInfo.CurrentCulture = previous;
        }
    }

    private static LoweredNetwork Lower(Network network, KernelKind? kernel, VectorWidth? widths = null) =>
        LoweringPipeline.Run(
            network, new LoweringOptions { Kernel = kernel, MethodTerms = 50, Widths = widths ?? LoweringOptions.Default.Widths });

    private static IEnumerable<(int Layer, int Column, float Weight)> Weights(LoweredNetwork lowered)
    {
        for (int layer = 0; layer < lowered.LayerCount; layer++)
        {
            SparseMatrix weights = lowered.Dense(layer).Weights;
            for (int i = 0; i < weights.Count; i++) yield return (layer, weights.ColumnIndex(i), weights.Value(i));
        }
    }

    private static IEnumerable<SyntaxNode> Nodes(LoweredNetwork lowered) => CSharpEmitter.EmitKernels(lowered, new EmitOptions("Net"))
        .SelectMany(file => CSharpSyntaxTree.ParseText(file.Text).GetRoot().DescendantNodes());

    private static IEnumerable<MethodDeclarationSyntax> LayerMethods(LoweredNetwork lowered) => Nodes(lowered)
        .OfType<MethodDeclarationSyntax>().Where(method => method.Identifier.Text.StartsWith("Layer", StringComparison.Ordinal));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static float Literal(ExpressionSyntax expression) => expression switch
    {
        PrefixUnaryExpressionSyntax minus when minus.IsKind(SyntaxKind.UnaryMinusExpression) => -Literal(minus.Operand),
        LiteralExpressionSyntax literal => Assert.IsType<float>(literal.Token.Value),
        _ => throw new InvalidOperationException($"'{expression}' is no literal."),
    };

    private static float[] Table(LoweredNetwork lowered, string name)
    {
        PropertyDeclarationSyntax property = Nodes(lowered).OfType<PropertyDeclarationSyntax>()
            .Single(property => property.Identifier.Text == name);
        return [.. property.DescendantNodes().OfType<LiteralExpressionSyntax>()
            .Select(literal => Convert.ToUInt64(literal.Token.Value, CultureInfo.InvariantCulture))
            .SelectMany(number =>
                new[] { BitConverter.UInt32BitsToSingle((uint)number), BitConverter.UInt32BitsToSingle((uint)(number >> 32)) })];
    }
}
