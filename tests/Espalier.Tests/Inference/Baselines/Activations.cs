using Espalier.Compilation.Model;

namespace Espalier.Tests.Inference.Baselines;

/// <summary>Activation functions to run through.</summary>
internal static class Activations
{
    /// <summary>One of each kind, with parameters that are not the defaults.</summary>
    public static IReadOnlyList<Activation> All { get; } =
    [
        Activation.Identity, Activation.Relu, Activation.LeakyRelu(0.125f), Activation.Elu(0.75f),
        Activation.Selu, Activation.Sigmoid, Activation.Tanh, Activation.Softmax, Activation.ClippedRelu(0.5f), Activation.Softplus,
        Activation.Gelu, Activation.GeluTanh, Activation.Silu, Activation.HardSwish,
    ];
}
