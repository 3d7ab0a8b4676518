using System;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Format;

/// <summary>The words that the model text has for the activation functions.</summary>
internal static class ActivationSpelling
{
    /// <summary>The words in the order of <see cref="ActivationKind"/>.</summary>
    private static readonly string[] s_words =
    [
        "identity", "relu", "leaky-relu", "elu", "selu", "sigmoid", "tanh", "softmax", "clipped-relu", "softplus",
        "gelu", "gelu-tanh", "silu", "hard-swish",
    ];

    /// <summary>All words, for messages.</summary>
    public static string AllWords { get; } = string.Join(", ", s_words);

    /// <summary>The word for <paramref name="kind"/>.</summary>
    public static string Word(ActivationKind kind) => s_words[(int)kind];

    /// <summary>The kind that <paramref name="word"/> means, or null when it means none.</summary>
    public static ActivationKind? Kind(string word)
    {
        int index = Array.IndexOf(s_words, word);
        return index < 0 ? null : (ActivationKind)index;
    }
}
