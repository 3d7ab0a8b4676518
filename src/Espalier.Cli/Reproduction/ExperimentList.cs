namespace Espalier.Cli.Reproduction;

/// <summary>The experiments, in the order of the report.</summary>
internal static class ExperimentList
{
    /// <summary>All experiments.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
    [
        new Experiments.MidtermReportExperiment(),
        new Experiments.ShrinkingExperiment(),
    ];
}
