using System.Globalization;
using Espalier.Training;

namespace Espalier.Cli;

/// <summary>An <see cref="Evaluation"/> in a few words.</summary>
internal static class EvaluationText
{
    /// <summary>The error, or where there are no classes the loss.</summary>
    public static string Of(Evaluation evaluation) => evaluation.ErrorPercent is double percent
        ? string.Create(CultureInfo.InvariantCulture, $"error {percent:0.00} %")
        : string.Create(CultureInfo.InvariantCulture, $"loss {evaluation.Loss:G4}");
}
