namespace Espalier.Cli.Reproduction.Experiments.MidtermReport;

/// <summary>Means over the folds of a data set.</summary>
/// <param name="Set">The data set.</param>
/// <param name="InputsBefore">The inputs of the dense network.</param>
/// <param name="InputsAfter">Those that are left.</param>
/// <param name="HiddenBefore">The hidden units of the dense network.</param>
/// <param name="HiddenAfter">Those that are left.</param>
/// <param name="AccuracyBefore">The accuracy of the dense network on the folds left out, in percent.</param>
/// <param name="AccuracyAfter">The same of the pruned network.</param>
internal sealed record CrossValidationResult(
    string Set, int InputsBefore, double InputsAfter, int HiddenBefore, double HiddenAfter, double AccuracyBefore, double AccuracyAfter);
