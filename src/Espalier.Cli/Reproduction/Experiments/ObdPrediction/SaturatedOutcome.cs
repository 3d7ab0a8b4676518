using Espalier.Training;

namespace Espalier.Cli.Reproduction.Experiments.ObdPrediction;

/// <summary>A deletion that was predicted badly.</summary>
/// <param name="Before">The dense network on the training part.</param>
/// <param name="After">The same after deletion.</param>
/// <param name="Predicted">The rise of the loss that was predicted.</param>
internal sealed record SaturatedOutcome(Evaluation Before, Evaluation After, double Predicted);
