using System.Globalization;
using Espalier.Compilation.Model;

namespace Espalier.Cli;

/// <summary>Activation functions as the command line spells them: "relu", "leaky-relu", "leaky-relu:0.1", "elu:1".</summary>
internal static class ActivationArgument
{
    /// <summary>All spellings, for help texts and errors.</summary>
    public const string Spellings = "identity, relu, leaky-relu[:ALPHA], elu[:ALPHA], selu, sigmoid, tanh, softmax, clipped-relu[:MOST], "
        + "softplus, gelu, gelu-tanh, silu, hard-swish";

    /// <summary>Reads a spelling.</summary>
    /// <exception cref="EspalierException">It names no activation, or its parameter is no number.</exception>
    public static Activation Parse(string text)
    {
        string[] parts = text.Split(':');
        float? alpha = parts.Length == 2 ? ParseAlpha(text, parts[1]) : null;
        Activation activation = parts[0] switch
        {
            "identity" => Activation.Identity,
            "relu" => Activation.Relu,
            "leaky-relu" => Activation.LeakyRelu(alpha ?? 0.01f),
            "elu" => Activation.Elu(alpha ?? 1f),
            "selu" => Activation.Selu,
            "sigmoid" => Activation.Sigmoid,
            "tanh" => Activation.Tanh,
            "softmax" => Activation.Softmax,
            "clipped-relu" => Activation.ClippedRelu(alpha ?? 6f),
            "softplus" => Activation.Softplus,
            "gelu" => Activation.Gelu,
            "gelu-tanh" => Activation.GeluTanh,
            "silu" => Activation.Silu,
            "hard-swish" => Activation.HardSwish,
            _ => throw Unknown(text),
        };
        return parts.Length > 2 || (alpha is not null && !activation.HasParameter) ? throw Unknown(text) : activation;
    }

    private static float ParseAlpha(string text, string alpha) =>
        float.TryParse(alpha, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value)
            ? value
            : throw Unknown(text);

    private static EspalierException Unknown(string text) => new($"'{text}' is no activation; known are {Spellings}.");
}
