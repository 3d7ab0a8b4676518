namespace Espalier.Training;

/// <summary>
/// Ends a run when the validation part has not improved for a while, and restores the weights of its best epoch. Better means
/// fewer errors, then a lower loss; for regression a lower loss.
/// </summary>
/// <param name="Patience">The number of epochs in a row without improvement after which the run ends.</param>
public sealed record EarlyStopping(int Patience = 5);
