namespace Espalier.Compilation.Model;

/// <summary>The functions that a layer may apply to its weighted sums.</summary>
public enum ActivationKind
{
    /// <summary>f(x) = x.</summary>
    Identity,

    /// <summary>f(x) = max(x, 0).</summary>
    Relu,

    /// <summary>f(x) = x for x &gt; 0, else alpha x.</summary>
    LeakyRelu,

    /// <summary>f(x) = x for x &gt; 0, else alpha (e^x - 1). Clevert et al. 2016.</summary>
    Elu,

    /// <summary>f(x) = lambda (x for x &gt; 0, else alpha (e^x - 1)) with the fixed constants of Klambauer et al. 2017.</summary>
    Selu,

    /// <summary>f(x) = 1 / (1 + e^-x).</summary>
    Sigmoid,

    /// <summary>f(x) = tanh x.</summary>
    Tanh,

    /// <summary>f(x)_i = e^(x_i) / sum_j e^(x_j), over all outputs of the layer.</summary>
    Softmax,

    /// <summary>f(x) = min(max(x, 0), alpha); ReLU6 with alpha = 6.</summary>
    ClippedRelu,

    /// <summary>f(x) = ln(1 + e^x). Dugas et al. 2001.</summary>
    Softplus,

    /// <summary>f(x) = x Phi(x), Phi the distribution function of the standard normal. Hendrycks and Gimpel 2016.</summary>
    Gelu,

    /// <summary>f(x) = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, which comes near <see cref="Gelu"/> (ibid.).</summary>
    GeluTanh,

    /// <summary>f(x) = x / (1 + e^-x), also called swish. Elfwing et al. 2018.</summary>
    Silu,

    /// <summary>f(x) = x min(max(x / 6 + 1 / 2, 0), 1). Howard et al. 2019.</summary>
    HardSwish,
}

/// <summary>An activation function with its parameter.</summary>
/// <param name="Kind">The function.</param>
/// <param name="Alpha">
/// The slope of <see cref="ActivationKind.LeakyRelu"/>, the scale of <see cref="ActivationKind.Elu"/>, the greatest value of
/// <see cref="ActivationKind.ClippedRelu"/>; 0 for all others.
/// </param>
public readonly record struct Activation(ActivationKind Kind, float Alpha = 0)
{
    /// <summary>f(x) = x.</summary>
    public static Activation Identity => new(ActivationKind.Identity);

    /// <summary>f(x) = max(x, 0).</summary>
    public static Activation Relu => new(ActivationKind.Relu);

    /// <summary>Leaky ReLU with slope <paramref name="alpha"/> below zero (0.01 is the customary one).</summary>
    public static Activation LeakyRelu(float alpha = 0.01f) => new(ActivationKind.LeakyRelu, alpha);

    /// <summary>ELU with scale <paramref name="alpha"/> below zero.</summary>
    public static Activation Elu(float alpha = 1f) => new(ActivationKind.Elu, alpha);

    /// <summary>SELU.</summary>
    public static Activation Selu => new(ActivationKind.Selu);

    /// <summary>The logistic function.</summary>
    public static Activation Sigmoid => new(ActivationKind.Sigmoid);

    /// <summary>The hyperbolic tangent.</summary>
    public static Activation Tanh => new(ActivationKind.Tanh);

    /// <summary>Softmax over the layer.</summary>
    public static Activation Softmax => new(ActivationKind.Softmax);

    /// <summary>ReLU that goes no higher than <paramref name="most"/>.</summary>
    public static Activation ClippedRelu(float most = 6f) => new(ActivationKind.ClippedRelu, most);

    /// <summary>The smooth ReLU.</summary>
    public static Activation Softplus => new(ActivationKind.Softplus);

    /// <summary>The Gaussian error linear unit.</summary>
    public static Activation Gelu => new(ActivationKind.Gelu);

    /// <summary>The Gaussian error linear unit by way of tanh.</summary>
    public static Activation GeluTanh => new(ActivationKind.GeluTanh);

    /// <summary>The sigmoid linear unit.</summary>
    public static Activation Silu => new(ActivationKind.Silu);

    /// <summary>The sigmoid linear unit in three pieces.</summary>
    public static Activation HardSwish => new(ActivationKind.HardSwish);

    /// <summary>
    /// Whether the function never falls as x rises (with a parameter that is not negative), so that its value tells its slope.
    /// </summary>
    public bool IsMonotone =>
        Kind is not (ActivationKind.Gelu or ActivationKind.GeluTanh or ActivationKind.Silu or ActivationKind.HardSwish);

    /// <summary>Whether <see cref="Alpha"/> has a meaning for this kind.</summary>
    public bool HasParameter => Kind is ActivationKind.LeakyRelu or ActivationKind.Elu or ActivationKind.ClippedRelu;

    /// <summary>
    /// Where a single output of two classes is cut: above it is class 1. The middle between the targets, which are 0 and 1,
    /// for tanh -1 and 1.
    /// </summary>
    public float DecisionThreshold => Kind == ActivationKind.Tanh ? 0f : 0.5f;

    /// <summary>Whether each output depends on its own sum alone; false for softmax only.</summary>
    public bool IsElementwise => Kind != ActivationKind.Softmax;
}
