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
        new("LeakyRelu", call => Leaky(call.Float("alpha", 0.01f)),
            call => Activate(call, Activation.LeakyRelu(call.Float("alpha", 0.01f)))),
        new("PRelu", _ => x => x[0] > 0 ? x[0] : x[0] * x[1], ParametricRelu),
        new("Elu", call => Elu(call.Float("alpha", 1), 1), call => Activate(call, Activation.Elu(call.Float("alpha", 1)))),
        new("Selu", call => Elu(call.Float("alpha", SeluAlpha), call.Float("gamma", SeluGamma)), Selu),
        new("Sigmoid", _ => x => 1 / (1 + Math.Exp(-x[0])), call => Activate(call, Activation.Sigmoid)) { IsFirstOfSeveral = true },
        new("Tanh", _ => x => Math.Tanh(x[0]), call => Activate(call, Activation.Tanh)),
        new("Softplus", _ => x => x[0] > 0 ? x[0] + Math.Log(1 + Math.Exp(-x[0])) : Math.Log(1 + Math.Exp(x[0])),
            call => Activate(call, Activation.Softplus)),
        new("HardSigmoid", call => HardSigmoid(call.Float("alpha", 0.2f), call.Float("beta", 0.5f)), HardSigmoid),
        new("Gelu", call => Known(GeluOf(call)), call => Activate(call, GeluOf(call))),
        new("com.microsoft.Gelu", _ => Known(Activation.Gelu), call => Activate(call, Activation.Gelu)),
        new("com.microsoft.FastGelu", _ => Known(Activation.GeluTanh), call => Activate(call, Activation.GeluTanh)),
        new("HardSwish", _ => Known(Activation.HardSwish), call => Activate(call, Activation.HardSwish)),
        new("Swish", call => Swish(call.Float("alpha", 1)), call => Swish(call, call.Float("alpha", 1))),
        new("com.microsoft.QuickGelu", call => Swish(call.Float("alpha", 1.702f)), call => Swish(call, call.Float("alpha", 1.702f))),
        new("Celu", call => Celu(call.Float("alpha", 1)), Celu),
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

    private static Func<double[], double> Swish(double alpha) => x => x[0] / (1 + Math.Exp(-alpha * x[0]));

    /// <summary>x sigmoid(alpha x) = silu(alpha x) / alpha.</summary>
    private static GraphValue[] Swish(NodeCall call, float alpha) => alpha != 0
        ? [call.Network.Activate(call.LayerName, call.Signal(0), alpha, Activation.Silu, 1.0 / alpha)]
        : throw new EspalierException("has an alpha of 0.");

    private static Func<double[], double> Celu(double alpha) => x => x[0] > 0 ? x[0] : alpha * (Math.Exp(x[0] / alpha) - 1);

    /// <summary>x for x &gt; 0, else alpha (e^(x / alpha) - 1) = alpha elu(x / alpha). Barron 2017.</summary>
    private static GraphValue[] Celu(NodeCall call)
    {
        float alpha = call.Float("alpha", 1);
        if (!(alpha > 0)) throw new EspalierException($"has an alpha of {alpha}; a number above 0 is needed.");
        return [call.Network.Activate(call.LayerName, call.Signal(0), 1.0 / alpha, Activation.Elu(), alpha)];
    }

    /// <summary>SELU; with other constants than the paper's, an ELU and a scale.</summary>
    private static GraphValue[] Selu(NodeCall call)
    {
        const float Near = 1e-3f;
        float alpha = call.Float("alpha", SeluAlpha), gamma = call.Float("gamma", SeluGamma);
        if (Math.Abs(alpha - SeluAlpha) < Near && Math.Abs(gamma - SeluGamma) < Near) return Activate(call, Activation.Selu);
        return [call.Network.Activate(call.LayerName, call.Signal(0), 1, Activation.Elu(alpha), gamma)];
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
        Signal below = network.Activate(
            $"{call.LayerName}_mirrored", Affine.Apply(network, $"{call.LayerName}_mirrored", x, _ => -1, _ => 0), Activation.Relu);
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

    /// <summary>The maximum of all inputs, two by two.</summary>
    private static GraphValue[] Max(NodeCall call)
    {
        GraphValue max = call.Value(0);
        for (int i = 1; i < call.Count; i++) max = Largest(call, max, call.Value(i));
        return [max];
    }

    /// <summary>min(a, b) = -max(-a, -b).</summary>
    private static GraphValue[] Min(NodeCall call)
    {
        if (call.Count == 2)
        {
            if (call.Value(1) is ConstantTensor { Uniform: double b }) return Clipped(call, call.Signal(0), double.NegativeInfinity, b);
            if (call.Value(0) is ConstantTensor { Uniform: double a }) return Clipped(call, call.Signal(1), double.NegativeInfinity, a);
        }

        GraphValue[] negated = [.. Enumerable.Range(0, call.Count).Select(i => OperatorTable.Run("Neg", call.With([call.Value(i)]))[0])];
        return OperatorTable.Run("Neg", call.With(Max(call.With(negated))));
    }

    private static GraphValue Largest(NodeCall call, GraphValue a, GraphValue b)
    {
        if (a is ConstantTensor && b is ConstantTensor) return OperatorTable.Run("Max", call.With([a, b]))[0];
        (a, b) = ArithmeticOperators.Broadcast(call.With([a, b]));
        if (a is ConstantTensor) (a, b) = (b, a);
        if (b is ConstantTensor { Uniform: double bound }) return Clipped(call, (Signal)a, bound, double.PositiveInfinity)[0];
        if (b is ConstantTensor bounds)
        {
            Signal from = Affine.Apply(call.Network, $"{call.LayerName}_from", (Signal)a, _ => 1, i => -bounds.Values[i]);
            return Affine.Apply(call.Network, call.LayerName, call.Network.Activate($"{call.LayerName}_clip", from, Activation.Relu),
                _ => 1, i => bounds.Values[i]);
        }

        // Side by side along a new axis, of which a pooling takes the larger.
        GraphValue[] columns = Array.ConvertAll([a, b], value => value.Seen(Layout.Reshaped([.. value.Dims, 1], value.Batch)));
        GraphValue both = SelectionOperators.Joined(call, columns, a.Rank);
        return PoolingOperators.Largest(call, (Signal)both, [a.Rank], keepsAxes: false);
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
        return Affine.Apply(
            call.Network, call.LayerName, call.Network.Activate($"{call.LayerName}_clip", from, UpTo(range)), _ => sign, _ => bound);
    }

    private static Activation UpTo(double most) => most <= float.MaxValue ? Activation.ClippedRelu((float)most) : Activation.Relu;
}
