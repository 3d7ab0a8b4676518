using Espalier.Pruning;
using Espalier.Training;

namespace Espalier.Cli.Reproduction.Experiments.ObdPrediction;

/// <summary>Rounds of deletion with retraining.</summary>
/// <param name="ToQuarter">The rounds to a quarter of the weights, measured on the training part.</param>
/// <param name="Beyond">The rounds after that.</param>
/// <param name="Validation">The network of a quarter of the weights on the validation part.</param>
/// <param name="Test">The same on the test part.</param>
internal sealed record RetrainedRun(PruningLog ToQuarter, PruningLog Beyond, Evaluation Validation, Evaluation Test);
