namespace Espalier.Cli.Reproduction.Experiments.Filters;

/// <summary>A network whose filters and units were thinned out.</summary>
/// <param name="Sizes">Its filters, inputs of the first dense layer, and units, such as "20-50-800-500".</param>
/// <param name="Units">Its filters and hidden units together.</param>
/// <param name="Weights">Its weights, biases not counted.</param>
/// <param name="Validation">Its error on the validation part in percent.</param>
/// <param name="Test">Its error on the test set in percent.</param>
internal sealed record FilterPoint(string Sizes, int Units, int Weights, double Validation, double Test);
