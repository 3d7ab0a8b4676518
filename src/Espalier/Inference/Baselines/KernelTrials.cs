using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>
/// Holds the estimates by which kernels are chosen against the clock: compiles one stage in every way that this processor can run, and
/// times all of them in one run.
/// </summary>
public static class KernelTrials
{
    /// <summary>Candidates expected to take more than this many times as long as the best one are not measured.</summary>
    private const double HopelessFactor = 8;

    private const int Samples = 16;

    /// <summary>Tries every kernel on <paramref name="stage"/>, for one sample at a time.</summary>
    /// <param name="stage">A layer of one input, perhaps with the pooling behind it, taken for a network of its own.</param>
    /// <param name="budget">The time for measuring all kernels; compiling them comes on top.</param>
    /// <param name="seed">The seed of the inputs.</param>
    /// <returns>The trials, from the shortest measured time on, those not measured last.</returns>
    /// <exception cref="EspalierException">A kernel computes something else than the others.</exception>
    public static IReadOnlyList<KernelTrial> Run(Stage stage, TimeSpan budget, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(stage);
        if (stage.Sources.Length != 1) throw new ArgumentException("A trial is for a stage of one input.", nameof(stage));
        IEnumerable<Layer> layers = stage.Pooling is null ? [stage.Layer] : [stage.Layer, stage.Pooling];
        var network = new Network(
            "layer", stage.Layer.InputShape, new EquatableArray<Layer>(layers.Select(layer => layer with { Sources = default })), default);
        VectorWidth width = Simd.Widths.Append(VectorWidth.Scalar).First(PlanMethods.CanRun);
        LoweredNetwork planned = FusePooling.Apply(
            MakePlans.Apply(DropZeroWeights.Apply(LoweringPipeline.Start(network, LoweringOptions.Default))));
        KernelChoice chosen = LoweringPipeline.Run(network).Plans.First(plan => plan.Width <= width).Kernels[0];

        // The stage after the passes: what the kernels really get.
        stage = planned.Plans.First(plan => plan.Width <= width).Stages[0];
        LoweredNetwork[] candidates =
            [.. KernelCandidate.For(stage, width).Select(candidate => Plan(planned, candidate.Choose("it is on trial")))];
        double best = candidates.Min(candidate => candidate.Widest.Nanoseconds);
        LoweredNetwork[] hopeful = [.. candidates.Where(candidate => candidate.Widest.Nanoseconds <= HopelessFactor * best)];

        ContenderCandidate[] contenders = [.. hopeful.Select(candidate => new ContenderCandidate(
            Name(candidate), () => new CompiledContender(CompiledNetwork.Compile(candidate, new EmitOptions("Trial")), Name(candidate))))];
        BenchmarkReport report = BenchmarkSuite.Run(
            network, contenders, RandomNetwork.Inputs(network, Samples), new BenchmarkOptions { Budget = budget });
        Dictionary<string, double> measured = report.Results.ToDictionary(result => result.Name, result => result.NsPerSample);
        return [.. candidates
            .Select(candidate => new KernelTrial(
                candidate.Widest.Kernels[0], candidate.Widest.Nanoseconds, measured.TryGetValue(Name(candidate), out double ns) ? ns : null,
                Name(candidate) == chosen.Name))
            .OrderBy(trial => trial.MeasuredNs ?? double.MaxValue).ThenBy(trial => trial.PredictedNs)];
    }

    private static string Name(LoweredNetwork candidate) => candidate.Widest.Kernels[0].Name;

    /// <summary>The network with the one choice in the plan of its width, and the scalar plan, which every network has.</summary>
    private static LoweredNetwork Plan(LoweredNetwork planned, KernelChoice choice)
    {
        LoweredNetwork chosen = ChooseKernels.Apply(planned with
        {
            Options = planned.Options with { Kernel = choice.Kernel },
            Plans = new EquatableArray<WidthPlan>(
                planned.Plans.Where(plan => plan.Width == choice.Width || plan.Width == VectorWidth.Scalar)),
        });
        chosen = chosen.WithPlans(
            plan => plan.Width == choice.Width ? plan with { Kernels = new EquatableArray<KernelChoice>([choice]) } : plan);
        return SplitMethods.Apply(PlanScratch.Apply(chosen));
    }
}
