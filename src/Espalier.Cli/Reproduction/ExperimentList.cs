using Espalier.Cli.Reproduction.Experiments;

namespace Espalier.Cli.Reproduction;

/// <summary>The experiments, in the order of the report.</summary>
internal static class ExperimentList
{
    /// <summary>All experiments.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
    [
        new ObdPredictionExperiment(),
        new DeepCompressionExperiment(),
        new Experiments.LobsWeightsExperiment(),
        new Experiments.GradualMagnitudeExperiment(),
        new Experiments.AcousticTableExperiment(),
        new Experiments.FashionExperiment(),
        new Experiments.LobsRetrainingExperiment(),
        new Experiments.MidtermReportExperiment(),
        new Experiments.ShrinkingExperiment(),
        new MonksExperiment(),
        new NetTrimExperiment(),
        new L0Experiment(),
    ];
}
