using Espalier.Compilation.Format;
using Espalier.Generator.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Espalier.Generator.Tests;

public sealed class GeneratedCodeTests
{
    [Fact]
    public void A_small_network_predicts_what_it_should()
    {
        // hidden = relu(0.5 * 4 - 1 + 0.25, 2 * 1) = (1.25, 2); answer = 1.5 * 1.25 - 0.125 * 2 - 1.
        GeneratorRun.Of(Models.SmallText()).Load("Acme.Model", model => Assert.Equal([0.625f], model.Predict([4, 1])));
    }

    [Theory]
    [InlineData("digits.espalier", "", "", "Acme", "Acme.digits")]
    [InlineData("folder/lenet-300 100.espalier", "", "", "Acme", "Acme.lenet_300_100")]
    [InlineData("2layers.espalier", "", "", "Acme", "Acme._2layers")]
    [InlineData("folder/*di\"g{.espalier", "", "", "Acme", "Acme._di_g_")]
    [InlineData("class.espalier", "", "", "Acme", "Acme.class")]
    [InlineData("digits.espalier", "namespace", "Acme.void.await", "Acme", "Acme.void.await.namespace")]
    [InlineData("digits.espalier", "Digits", "", "my-app.1st", "my_app._1st.Digits")]
    [InlineData("digits.espalier", "Digits", "", "", "Digits")]
    public void A_class_is_called_as_the_item_says_or_like_the_file(
        string path, string className, string @namespace, string rootNamespace, string expected)
    {
        ProjectOptions options = ProjectOptions.In(rootNamespace).With(path, className, @namespace);

        GeneratorRun run = GeneratorRun.Start(options, new ModelText(path, Models.SmallText()));

        run.Load(expected, model => Assert.True(model.Type.IsPublic));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("public", true)]
    [InlineData("internal", false)]
    public void A_class_is_as_visible_as_the_item_says(string visibility, bool isPublic)
    {
        GeneratorRun run = GeneratorRun.Start(
            ProjectOptions.In("Acme").With("m.espalier", "M", visibility: visibility), new ModelText("m.espalier", Models.SmallText()));

        run.Load("Acme.M", model => Assert.Equal(isPublic, model.Type.IsPublic));
    }

    [Theory]
    [InlineData("class", "namespace", "void")]
    [InlineData("Predict", "workspace", "output")]
    [InlineData("System", "Span", "MathF")]
    [InlineData("__arglist", "_", "__")]
    public void Names_in_a_model_that_mean_something_in_code_do_no_harm(string network, string hidden, string answer)
    {
        string text = ModelWriter.ToText(Models.Small(0.5f, network, hidden, answer));

        GeneratorRun.Of(text).Load("Acme.Model", model => Assert.Equal([0.625f], model.Predict([4, 1])));
    }

    [Theory]
    [InlineData("*/ class Evil { } /*")]
    [InlineData("a\"; class Evil { } //")]
    [InlineData("a\\u000aclass")]
    [InlineData("</summary>")]
    public void A_name_that_is_code_never_reaches_the_source(string name)
    {
        string text = Models.SmallText().Replace("network tiny", "network " + name, StringComparison.Ordinal);

        GeneratorRun run = GeneratorRun.Of(text);

        Assert.Equal(["ESP0001"], run.Diagnostics.Select(diagnostic => diagnostic.Id));
        Assert.All(run.Sources.Values, source => Assert.DoesNotContain($"'{name}'", source, StringComparison.Ordinal));
    }

    [Fact]
    public void Absurd_sizes_end_in_one_error_and_little_memory()
    {
        string text = Models.SmallText();
        text = text[..text.IndexOf("input", StringComparison.Ordinal)] + "input 1048576\nlayer a dense 1048576 1048576 relu\n00000000\n";
        GeneratorRun.Of(text);
        long before = GC.GetAllocatedBytesForCurrentThread();

        GeneratorRun run = GeneratorRun.Of(text);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 4_000_000);
        Assert.Equal(["ESP0001"], run.Diagnostics.Select(diagnostic => diagnostic.Id));
    }

    [Fact]
    public void The_surface_compiles_without_the_kernels()
    {
        GeneratorRun run = GeneratorRun.Of(Models.SmallText());
        SyntaxTree[] kernels = [.. run.Output.SyntaxTrees.Where(tree =>
            tree.FilePath.EndsWith(".Kernels.g.cs", StringComparison.Ordinal)
                || tree.FilePath.EndsWith(".Batch.g.cs", StringComparison.Ordinal))];
        Assert.Equal(2, kernels.Length);

        CSharpCompilation surface = run.Output.RemoveSyntaxTrees(kernels);

        Assert.Empty(surface.GetDiagnostics());
    }

    [Fact]
    public void The_same_model_gives_the_same_text_every_time()
    {
        for (int seed = 0; seed < 5; seed++)
        {
            string text = ModelWriter.ToText(Models.Random(seed));

            Assert.Equal(GeneratorRun.Of(text).Sources, GeneratorRun.Of(text).Sources);
        }
    }

    [Fact]
    public void Lines_of_generated_files_end_in_a_line_feed() =>
        Assert.All(GeneratorRun.Of(Models.SmallText()).Sources.Values, source => Assert.DoesNotContain('\r', source));
}
