extern alias generator;

using System.Collections.Immutable;
using Espalier.Generator.Tests.Harness;
using Microsoft.CodeAnalysis;
using Reason = Microsoft.CodeAnalysis.IncrementalStepRunReason;
using TrackingNames = generator::Espalier.Generator.TrackingNames;

namespace Espalier.Generator.Tests;

/// <summary>What an editor pays for: which steps run again after which change.</summary>
public sealed class CachingTests
{
    private const string Source = "SourceOutput", Implementation = "ImplementationSourceOutput";

    private static readonly ModelText s_left = Left(Models.SmallText()), s_right = new("right.espalier", Models.SmallText(3));

    private static ModelText Left(string text) => new("left.espalier", text);

    private static ProjectOptions TwoItems() => ProjectOptions.In("Acme").With("left.espalier").With("right.espalier");

    private static GeneratorRun TwoModels() => GeneratorRun.Start(TwoItems(), s_left, s_right);

    [Fact]
    public void The_same_input_again_runs_nothing()
    {
        GeneratorRun second = TwoModels().Then(driver => driver);

        Assert.All(AllReasons(second), reason => Assert.Equal(Reason.Cached, reason));
    }

    [Fact]
    public void An_edit_of_unrelated_code_runs_nothing()
    {
        GeneratorRun second = TwoModels().ThenEdit("namespace Acme { internal sealed class Edited; }");

        Assert.All(AllReasons(second), reason => Assert.Equal(Reason.Cached, reason));
    }

    [Fact]
    public void A_new_file_object_with_the_same_text_is_parsed_and_then_cached()
    {
        GeneratorRun second = TwoModels().Then(driver => driver.ReplaceAdditionalText(s_left, Left(Models.SmallText())));

        Assert.Equal([Reason.Unchanged, Reason.Cached], Reasons(second, TrackingNames.Parse));
        Assert.All(OutputReasons(second), reason => Assert.Equal(Reason.Cached, reason));
    }

    [Fact]
    public void A_new_options_object_that_says_the_same_does_not_parse()
    {
        GeneratorRun second = TwoModels().Then(driver => driver.WithUpdatedAnalyzerConfigOptions(TwoItems()));

        Assert.Equal([Reason.Cached, Reason.Cached], Reasons(second, TrackingNames.Parse));
    }

    [Fact]
    public void A_changed_weight_changes_the_kernels_of_its_network_alone()
    {
        GeneratorRun second = TwoModels().Then(driver => driver.ReplaceAdditionalText(s_left, Left(Models.SmallText(7))));

        Assert.Equal([Reason.Modified, Reason.Cached], Reasons(second, TrackingNames.Parse));
        Assert.Equal([Reason.Modified, Reason.Cached], Reasons(second, TrackingNames.Lower));
        Assert.Equal([Reason.Modified, Reason.Cached], Reasons(second, TrackingNames.Emit));
        Assert.Equal([Reason.Modified, Reason.Modified, Reason.Cached, Reason.Cached], Reasons(second, TrackingNames.Kernels));
        Assert.Equal([Reason.Cached, Reason.Cached], Reasons(second, TrackingNames.Surface));
        Assert.All(Reasons(second, TrackingNames.Clashes), reason => Assert.Equal(Reason.Cached, reason));
        Assert.All(second.Result.TrackedOutputSteps[Source].SelectMany(Reasons), reason => Assert.Equal(Reason.Cached, reason));
        Assert.Equal(
            [Reason.Modified, Reason.Modified, Reason.Cached, Reason.Cached],
            second.Result.TrackedOutputSteps[Implementation].SelectMany(Reasons));
    }

    [Theory]
    [InlineData("Table", "", "")]
    [InlineData("", "16", "")]
    [InlineData("", "", "true")]
    public void A_changed_option_compiles_its_network_alone(string kernel, string terms, string plain)
    {
        ProjectOptions changed = TwoItems().With("left.espalier", kernel: kernel, maxTermsPerMethod: terms, plain: plain);

        GeneratorRun second = TwoModels().Then(driver => driver.WithUpdatedAnalyzerConfigOptions(changed));

        Assert.Equal([Reason.Modified, Reason.Cached], Reasons(second, TrackingNames.Parse));
        Assert.Equal([Reason.Modified, Reason.Cached], Reasons(second, TrackingNames.Lower));
        Assert.Equal(Reason.Cached, Reasons(second, TrackingNames.Emit).Last());
        Assert.All(Reasons(second, TrackingNames.Clashes), reason => Assert.Equal(Reason.Cached, reason));
    }

    [Fact]
    public void A_third_network_leaves_the_two_others_alone()
    {
        GeneratorRun second = TwoModels().Then(driver => driver
            .AddAdditionalTexts([new ModelText("third.espalier", Models.SmallText(9))])
            .WithUpdatedAnalyzerConfigOptions(TwoItems().With("third.espalier")));

        Assert.Equal(
            [Reason.Cached, Reason.Cached, Reason.New],
            Reasons(second, TrackingNames.Emit));
        Assert.Contains("Acme.third.g.cs", second.Sources.Keys);
    }

    [Fact]
    public void A_network_that_breaks_and_heals_comes_and_goes()
    {
        GeneratorRun broken = TwoModels().Then(driver => driver.ReplaceAdditionalText(s_left, Left("espalier 1\n")));
        GeneratorRun healed = broken.Then(driver => driver.ReplaceAdditionalTexts([s_left, s_right]));

        Assert.Equal(["ESP0001"], broken.Diagnostics.Select(diagnostic => diagnostic.Id));
        Assert.DoesNotContain("Acme.left.Kernels.g.cs", broken.Sources.Keys);
        Assert.Contains("Acme.right.g.cs", broken.Sources.Keys);
        Assert.Equal(TwoModels().Sources, healed.Sources);
    }

    [Fact]
    public void Every_step_is_tracked_under_its_public_name()
    {
        GeneratorRun run = GeneratorRun.Start(
            ProjectOptions.In("Acme").With("left.espalier").With("bad.espalier"), s_left, new ModelText("bad.espalier", ""));
        IEnumerable<string> names = typeof(TrackingNames).GetFields().Select(field => (string)field.GetRawConstantValue()!);

        Assert.All(names, name => Assert.NotEmpty(run.Result.TrackedSteps[name]));
    }

    private static IEnumerable<Reason> Reasons(GeneratorRun run, string step) =>
        run.Result.TrackedSteps[step].SelectMany(Reasons);

    private static IEnumerable<Reason> Reasons(IncrementalGeneratorRunStep step) => step.Outputs.Select(output => output.Reason);

    private static IEnumerable<Reason> OutputReasons(GeneratorRun run) =>
        run.Result.TrackedOutputSteps.Values.SelectMany(steps => steps).SelectMany(Reasons);

    private static Reason[] AllReasons(GeneratorRun run)
    {
        ImmutableDictionary<string, ImmutableArray<IncrementalGeneratorRunStep>> steps = run.Result.TrackedSteps;
        Reason[] reasons =
        [
            .. steps.Keys.Where(name => name.StartsWith("Espalier.", StringComparison.Ordinal)).SelectMany(name => Reasons(run, name)),
            .. OutputReasons(run),
        ];
        Assert.True(reasons.Length > 10);
        return reasons;
    }
}
