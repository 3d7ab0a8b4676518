using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import.Operators;

/// <summary>Activation functions.</summary>
internal static class ActivationOperators
{
    private const float SeluAlpha = 1.67326319f, SeluGamma = 1.05070102f;

    /// <summary>The operators.</summary>
    public static IEnumerable<ElementwiseOperator> All =>
    [
        new("Relu", _ => x => Math.Max(x[0], 0), call => Activate(call, Activation.Relu)),
        new("LeakyRelu", call => Leaky(call.Float("alpha", 0.01f)), call => Activate(call, Activation.LeakyRelu(call.Float("alpha", 0.01f)))),
        new("PRelu", _ => x => x[0] > 0 ? x[0] : x[0] * x[1], ParametricRelu),
        new("Elu", call => Elu(call.Float("alpha", 1), 1), call => Activate(call, Activation.Elu(call.Float("alpha", 1)))),
        new("Selu", call => Elu(call.Float("alpha", SeluAlpha), call.Float("gamma", SeluGamma)), Selu),
        new("Sigmoid", _ => x => 1 / (1 + Math.Exp(-x[0])), call => Activate(call, Activation.Sigmoid)),
        new("Tanh", _ => x => Math.Tanh(x[0]), call => Activate(call, Activation.Tanh)),
        new("Softplus", _ => x => x[0] > 0 ? x[0] + Math.Log(1 + Math.Exp(-x[0])) : Math.Log(1 + Math.Exp(x[0])), call => Activate(call, Activation.Softplus)),
        new("HardSigmoid", call => HardSigmoid(call.Float("alpha", 0.2f), call.Float("beta", 0.5f)), HardSigmoid),
        new("Gelu", call => Known(GeluOf(call)), call => Activate(call, GeluOf(call))),
        new("com.microsoft.Gelu", _ => Known(Activation.Gelu), call => Activate(call, Activation.Gelu)),
        new("com.microsoft.FastGelu", _ => Known(Activation.GeluTanh), call => Activate(call, Activation.GeluTanh)),
        new("HardSwish", _ => Known(Activation.HardSwish), call => Activate(call, Activation.HardSwish)),
        new("Swish", _ => Known(Activation.Silu), Swish),
        new("Abs", _ => x => Math.Abs(x[0]), call => [Parametric(call, _ => -1)]),
        new("Clip", Clipping, Clip),
        new("Max", _ => x => x.Max(), Max),
        new("Min", _ => x => x.Min(), Min),
    ];

    private static GraphValue[] Activate(NodeCall call, Activation activation) =>
        [call.Network.Activate(call.LayerName, call.Signal(0), activation)];

    private static Func<double[], double> Leaky(double alpha) => x => x[0] > 0 ? x[0] : alpha * x[0];

    private static Func<double[], double> Elu(double alpha, double gamma) => x => gamma * (x[0] > 0 ? x[0] : alpha * (Math.Exp(x[0]) - 1));

    private static Activation GeluOf(NodeCall call) => call.Text("approximate", "none") == "tanh" ? Activation.GeluTanh : Activation.Gelu;

    private static Func<double[], double> Known(Activation activation) => x => ActivationMath.Apply(activation, (float)x[0]);

    /// <summary>x sigmoid(alpha x).</summary>
    private static GraphValue[] Swish(NodeCall call) => call.Float("alpha", 1) == 1
        ? Activate(call, Activation.Silu)
        : throw new EspalierException($"is x sigmoid({call.Float("alpha", 1)} x); only x sigmoid(x) is an activation function here.");

    /// <summary>SELU; with other constants than the paper's, an ELU and a scale.</summary>
    private static GraphValue[] Selu(NodeCall call)
    {
        const float Near = 1e-3f;
        float alpha = call.Float("alpha", SeluAlpha), gamma = call.Float("gamma", SeluGamma);
        if (Math.Abs(alpha - SeluAlpha) < Near && Math.Abs(gamma - SeluGamma) < Near) return Activate(call, Activation.Selu);
        Signal elu = call.Network.Activate(call.LayerName, call.Signal(0), Activation.Elu(alpha));
        return [Affine.Apply(call.Network, $"{call.LayerName}_scale", elu, _ => gamma, _ => 0)];
    }

    private static GraphValue[] ParametricRelu(NodeCall call)
    {
        ConstantTensor slope = call.Constant(1);
        if (slope.Uniform is double alpha) return Activate(call, Activation.LeakyRelu((float)alpha));
        slope = (ConstantTensor)SelectionOperators.Expanded(ElementwiseOperators.Aligned(call)[1], call.Signal(0).Dims);
        return [Parametric(call, i => slope.Values[i])];
    }

    /// <summary>max(x, 0) - slope max(-x, 0), in which one of the two is always 0 and so no rounding is added.</summary>
    private static Signal Parametric(NodeCall call, Func<int, double> slope)
    {
        NetworkAssembler network = call.Network;
        Signal x = network.Permuted(call.LayerName, call.Signal(0)) with { IsShared = true };
        Signal above = network.Activate($"{call.LayerName}_above", x, Activation.Relu);
        Signal below = network.Activate($"{call.LayerName}_mirrored", Affine.Apply(network, $"{call.LayerName}_mirrored", x, _ => -1, _ => 0), Activation.Relu);
        Signal scaled = Affine.Apply(network, $"{call.LayerName}_below", below, i => -slope(i), _ => 0);
        return network.Addition(call.LayerName, above, scaled);
    }

    private static Func<double[], double> Clipping(NodeCall call)
    {
        (double low, double high) = Bounds(call);
        return x => Math.Min(Math.Max(x[0], low), high);
    }

    private static (double Low, double High) Bounds(NodeCall call)
    {
        double low = call.Has(1) ? call.Constant(1).Values[0] : call.Float("min", float.NegativeInfinity);
        double high = call.Has(2) ? call.Constant(2).Values[0] : call.Float("max", float.PositiveInfinity);
        return (low <= -float.MaxValue ? double.NegativeInfinity : low, high >= float.MaxValue ? double.PositiveInfinity : high);
    }

    private static GraphValue[] Clip(NodeCall call)
    {
        (double low, double high) = Bounds(call);
        return Clipped(call, call.Signal(0), low, high);
    }

    private static GraphValue[] Max(NodeCall call)
    {
        (Signal x, double bound) = WithBound(call);
        return Clipped(call, x, bound, double.PositiveInfinity);
    }

    private static GraphValue[] Min(NodeCall call)
    {
        (Signal x, double bound) = WithBound(call);
        return Clipped(call, x, double.NegativeInfinity, bound);
    }

    private static Func<double[], double> HardSigmoid(double alpha, double beta) => x => Math.Clamp(alpha * x[0] + beta, 0, 1);

    private static GraphValue[] HardSigmoid(NodeCall call)
    {
        float alpha = call.Float("alpha", 0.2f), beta = call.Float("beta", 0.5f);
        Signal line = Affine.Apply(call.Network, call.LayerName, call.Signal(0), _ => alpha, _ => beta);
        return [call.Network.Activate($"{call.LayerName}_clip", line, Activation.ClippedRelu(1))];
    }

    private static GraphValue[] Clipped(NodeCall call, Signal x, double low, double high) => (low, high) switch
    {
        (double.NegativeInfinity, double.PositiveInfinity) => [x],
        (0, > 0) => [call.Network.Activate(call.LayerName, x, UpTo(high))],
        (< 0, > 0) => [BothSides(call, x, -low, high)],
        _ when low >= high => [Affine.Apply(call.Network, call.LayerName, x, _ => 0, _ => high)],
        ( > double.NegativeInfinity, _) => [Shifted(call, x, low, high - low, 1)],
        _ => [Shifted(call, x, high, double.PositiveInfinity, -1)],
    };

    /// <summary>min(max(x, 0), high) - min(max(-x, 0), low), in which one of the two is always 0 and so no rounding is added.</summary>
    private static Signal BothSides(NodeCall call, Signal x, double low, double high)
    {
        (NetworkAssembler network, string name) = (call.Network, call.LayerName);
        x = network.Permuted(name, x) with { IsShared = true };
        Signal above = network.Activate($"{name}_above", x, UpTo(high));
        Signal mirrored = Affine.Apply(network, $"{name}_mirrored", x, _ => -1, _ => 0);
        Signal below = network.Activate($"{name}_mirrored", mirrored, UpTo(low));
        return network.Addition(name, above, Affine.Apply(network, $"{name}_below", below, _ => -1, _ => 0));
    }

    /// <summary>bound + sign f(sign (x - bound)), where f is the ReLU that goes up to <paramref name="range"/>.</summary>
    private static Signal Shifted(NodeCall call, Signal x, double bound, double range, int sign)
    {
        Signal from = Affine.Apply(call.Network, $"{call.LayerName}_from", x, _ => sign, _ => -sign * bound);
        return Affine.Apply(call.Network, call.LayerName, call.Network.Activate($"{call.LayerName}_clip", from, UpTo(range)), _ => sign, _ => bound);
    }

    private static Activation UpTo(double most) => most <= float.MaxValue ? Activation.ClippedRelu((float)most) : Activation.Relu;

    /// <summary>The one signal of two inputs and the one number that the other is.</summary>
    private static (Signal Signal, double Bound) WithBound(NodeCall call)
    {
        for (int i = 0; i < 2 && call.Count == 2; i++)
        {
            if (call.Value(1 - i) is ConstantTensor { Uniform: double bound }) return (call.Signal(i), bound);
        }

        throw new EspalierException("compares values that both depend on the model's input, or with different constants; one constant is needed.");
    }
}
