using Espalier.Compilation.Model;
using Espalier.Training.Losses;

namespace Espalier.Cli;

/// <summary>Losses as the command line spells them.</summary>
internal static class LossArgument
{
    /// <summary>The spellings that <c>--loss</c> takes.</summary>
    public static string[] Spellings { get; } = ["auto", "mse", "bce", "cce"];

    /// <summary>The loss of a spelling; "auto" is the customary one for the output activation.</summary>
    public static LossKind Parse(string text, Activation output) => text switch
    {
        "mse" => LossKind.MeanSquaredError,
        "bce" => LossKind.BinaryCrossEntropy,
        "cce" => LossKind.CategoricalCrossEntropy,
        _ => For(output),
    };

    /// <summary>The customary loss of a network that ends in <paramref name="output"/>.</summary>
    public static LossKind For(Activation output) => output.Kind switch
    {
        ActivationKind.Softmax => LossKind.CategoricalCrossEntropy,
        ActivationKind.Sigmoid => LossKind.BinaryCrossEntropy,
        _ => LossKind.MeanSquaredError,
    };
}
