namespace Espalier.Cli.Reproduction.Experiments.ObdPrediction;

/// <summary>So many weights left, the others deleted in the order of one ranking. Losses are means over the training part.</summary>
/// <param name="Weights">The weights left.</param>
/// <param name="Actual">The loss after deletion by OBD.</param>
/// <param name="Predicted">The loss of the dense network plus the sum of the deleted saliencies.</param>
/// <param name="Magnitude">The loss after deletion by magnitude.</param>
internal sealed record DeletionStep(int Weights, double Actual, double Predicted, double Magnitude);
