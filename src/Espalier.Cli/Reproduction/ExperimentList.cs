using Espalier.Cli.Reproduction.Experiments;

namespace Espalier.Cli.Reproduction;

/// <summary>The experiments, in the order of the report.</summary>
internal static class ExperimentList
{
    /// <summary>All experiments.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
    [
        new LobsWeightsExperiment(),
        new GradualMagnitudeExperiment(),
        new LeNet5PruningExperiment(),
        new MonksExperiment(),
        new ObdPredictionExperiment(),
        new LobsRetrainingExperiment(),
        new MidtermReportExperiment(),
        new ShrinkingExperiment(),
        new L0Experiment(),
        new L0LeNet5Experiment(),
        new VariationalLeNet5Experiment(),
        new DeepCompressionExperiment(),
        new LeNet5CompressionExperiment(),
        new AcousticTableExperiment(),
        new FashionExperiment(),
        new NetTrimExperiment(),
        new LobsLeNet5Experiment(),
        new LeNet5Experiment(),
        new FiltersExperiment(),
    ];
}
