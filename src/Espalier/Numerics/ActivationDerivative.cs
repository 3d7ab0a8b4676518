using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Espalier.Compilation.Model;

namespace Espalier.Numerics;

/// <summary>
/// The derivatives of activation functions over whole batches, in place. A function is differentiated at points: at its own values,
/// which tell the slope of one that never falls, or at its sums where it is a <see cref="SelfGate"/>.
/// </summary>
internal static class ActivationDerivative
{
    private const int Chunk = 256;

    /// <summary>Where <paramref name="activation"/> is differentiated: at its values or at its sums.</summary>
    public static ReadOnlySpan<T> Points<T>(Activation activation, ReadOnlySpan<T> values, ReadOnlySpan<T> sums) =>
        SelfGate.Has(activation) ? sums : values;

    /// <summary>Turns the derivative of the loss by a function's values into the derivative by its sums.</summary>
    /// <param name="activation">The function.</param>
    /// <param name="points">Where it is differentiated, whole samples.</param>
    /// <param name="gradient">The derivative by the values; replaced.</param>
    /// <param name="length">The number of values of a sample.</param>
    public static void Backpropagate(Activation activation, ReadOnlySpan<float> points, Span<float> gradient, int length) =>
        Dispatch<FirstDerivative>(activation, points, [], gradient, length);

    /// <summary>
    /// Turns the second derivative of the loss by each of the function's values into that by each of its sums, c h'^2 + g h'', as if the
    /// mixed derivatives by two values were zero (LeCun, Denker and Solla 1989).
    /// </summary>
    /// <param name="activation">The function.</param>
    /// <param name="points">Where it is differentiated, whole samples.</param>
    /// <param name="gradient">g, the derivative by the values; or empty to drop the term with h''.</param>
    /// <param name="curvature">c, the second derivative by the values; replaced.</param>
    /// <param name="length">The number of values of a sample.</param>
    public static void BackpropagateCurvature(
        Activation activation, ReadOnlySpan<float> points, ReadOnlySpan<float> gradient, Span<float> curvature, int length) =>
        Dispatch<SecondDerivative>(activation, points, gradient, curvature, length);

    private static void Dispatch<TRule>(
        Activation activation, ReadOnlySpan<float> points, ReadOnlySpan<float> gradient, Span<float> target, int length)
        where TRule : struct, IChainRule
    {
        switch (activation.Kind)
        {
            case ActivationKind.Identity:
                break;
            case ActivationKind.Relu:
                TRule.Apply(points, gradient, target, new RectifierSlope(1, 0, 0));
                break;
            case ActivationKind.LeakyRelu:
                TRule.Apply(points, gradient, target, new RectifierSlope(1, activation.Alpha, 0));
                break;
            case ActivationKind.Elu:
                TRule.Apply(points, gradient, target, new RectifierSlope(1, activation.Alpha, 1));
                break;
            case ActivationKind.Selu:
                TRule.Apply(
                    points, gradient, target, new RectifierSlope(ActivationFunction.SeluScale, ActivationFunction.SeluLowerScale, 1));
                break;
            case ActivationKind.Sigmoid:
                TRule.Apply(points, gradient, target, default(SigmoidSlope));
                break;
            case ActivationKind.Tanh:
                TRule.Apply(points, gradient, target, default(TanhSlope));
                break;
            case ActivationKind.ClippedRelu:
                TRule.Apply(points, gradient, target, new ClippedSlope(activation.Alpha));
                break;
            case ActivationKind.Softplus:
                TRule.Apply(points, gradient, target, default(SoftplusSlope));
                break;
            case ActivationKind.Softmax:
                for (int start = 0; start < points.Length; start += length)
                {
                    TRule.ApplySoftmax(
                        points.Slice(start, length), gradient.IsEmpty ? [] : gradient.Slice(start, length), target.Slice(start, length));
                }

                break;
            case ActivationKind.Gelu:
            case ActivationKind.GeluTanh:
            case ActivationKind.Silu:
            case ActivationKind.HardSwish:
                TRule.Apply(points, gradient, target, new SelfGatedSlope(activation.Kind));
                break;
            default:
                throw new NotSupportedException($"Activation {activation.Kind}.");
        }
    }

    /// <summary>How a derivative passes through a function that treats each sum alone, and how through softmax.</summary>
    private interface IChainRule
    {
        public static abstract void Apply<TSlope>(
            ReadOnlySpan<float> points, ReadOnlySpan<float> gradient, Span<float> target, TSlope slope)
            where TSlope : struct, ISlope;

        public static abstract void ApplySoftmax(ReadOnlySpan<float> sample, ReadOnlySpan<float> gradient, Span<float> target);
    }

    private interface ISlope
    {
        /// <summary>The function's derivative at points <paramref name="y"/>.</summary>
        public Vector<float> At(Vector<float> y);

        /// <summary>The function's second derivative at points <paramref name="y"/>.</summary>
        public Vector<float> SecondAt(Vector<float> y);
    }

    private readonly struct FirstDerivative : IChainRule
    {
        public static void Apply<TSlope>(ReadOnlySpan<float> points, ReadOnlySpan<float> gradient, Span<float> target, TSlope slope)
            where TSlope : struct, ISlope
        {
            ReadOnlySpan<Vector<float>> y = MemoryMarshal.Cast<float, Vector<float>>(points);
            Span<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(target);
            for (int i = 0; i < y.Length; i++) g[i] *= slope.At(y[i]);
            for (int i = y.Length * Vector<float>.Count; i < points.Length; i++) target[i] *= slope.At(new Vector<float>(points[i]))[0];
        }

        // d/dz_k = y_k (g_k - sum_i g_i y_i)
        public static void ApplySoftmax(ReadOnlySpan<float> sample, ReadOnlySpan<float> gradient, Span<float> target)
        {
            TensorPrimitives.Subtract(target, TensorPrimitives.Dot(target, sample), target);
            TensorPrimitives.Multiply(target, sample, target);
        }
    }

    private readonly struct SecondDerivative : IChainRule
    {
        public static void Apply<TSlope>(ReadOnlySpan<float> points, ReadOnlySpan<float> gradient, Span<float> target, TSlope slope)
            where TSlope : struct, ISlope
        {
            Span<float> bends = stackalloc float[Chunk];
            for (int start = 0; start < points.Length; start += Chunk)
            {
                int end = Math.Min(points.Length, start + Chunk);
                ReadOnlySpan<float> part = points[start..end];
                Span<float> curvature = target[start..end], bend = bends[..part.Length];
                FirstDerivative.Apply(part, [], curvature, slope);
                FirstDerivative.Apply(part, [], curvature, slope);
                if (gradient.IsEmpty) continue;
                Bend(part, bend, slope);
                TensorPrimitives.MultiplyAdd(gradient[start..end], bend, curvature, curvature);
            }
        }

        // With dy_i/dz_k = y_i (d_ik - y_k): c becomes sum_i c_i (dy_i/dz_k)^2 = y_k^2 (c_k (1 - 2 y_k) + sum_i c_i y_i^2), and
        // sum_i g_i d2y_i/dz_k^2 comes to (1 - 2 y_k) times the first derivative by z_k.
        public static void ApplySoftmax(ReadOnlySpan<float> sample, ReadOnlySpan<float> gradient, Span<float> target)
        {
            float square = 0, mean = gradient.IsEmpty ? 0 : TensorPrimitives.Dot(gradient, sample);
            for (int i = 0; i < sample.Length; i++) square += target[i] * sample[i] * sample[i];
            for (int i = 0; i < sample.Length; i++)
            {
                float y = sample[i], slope = gradient.IsEmpty ? 0 : y * (gradient[i] - mean);
                target[i] = y * y * (target[i] * (1 - 2 * y) + square) + (1 - 2 * y) * slope;
            }
        }

        private static void Bend<TSlope>(ReadOnlySpan<float> points, Span<float> bend, TSlope slope)
            where TSlope : struct, ISlope
        {
            ReadOnlySpan<Vector<float>> y = MemoryMarshal.Cast<float, Vector<float>>(points);
            Span<Vector<float>> b = MemoryMarshal.Cast<float, Vector<float>>(bend);
            for (int i = 0; i < y.Length; i++) b[i] = slope.SecondAt(y[i]);
            for (int i = y.Length * Vector<float>.Count; i < points.Length; i++) bend[i] = slope.SecondAt(new Vector<float>(points[i]))[0];
        }
    }

    /// <summary>ReLU, leaky ReLU, ELU and SELU: a constant slope above zero; below, lower + exponential * y.</summary>
    private readonly struct RectifierSlope(float upper, float lower, float exponential) : ISlope
    {
        private readonly Vector<float> _upper = new(upper), _lower = new(lower), _exponential = new(exponential);

        public Vector<float> At(Vector<float> y) =>
            Vector.ConditionalSelect(Vector.GreaterThan(y, Vector<float>.Zero), _upper, _lower + _exponential * y);

        // Below zero an exponential is its own derivative, and a line has none.
        public Vector<float> SecondAt(Vector<float> y) => Vector.ConditionalSelect(
            Vector.GreaterThan(y, Vector<float>.Zero), Vector<float>.Zero, _exponential * (_lower + _exponential * y));
    }

    /// <summary>1 between the two bends, 0 at and beyond them.</summary>
    private readonly struct ClippedSlope(float most) : ISlope
    {
        private readonly Vector<float> _most = new(most);

        public Vector<float> At(Vector<float> y) => Vector.ConditionalSelect(
            Vector.GreaterThan(y, Vector<float>.Zero) & Vector.LessThan(y, _most), Vector<float>.One, Vector<float>.Zero);

        public Vector<float> SecondAt(Vector<float> y) => Vector<float>.Zero;
    }

    /// <summary>The logistic function of the sum: 1 - e^-y.</summary>
    private readonly struct SoftplusSlope : ISlope
    {
        public Vector<float> At(Vector<float> y) => Vector<float>.One - Decay(y);

        public Vector<float> SecondAt(Vector<float> y) => Decay(y) * (Vector<float>.One - Decay(y));

        private static Vector<float> Decay(Vector<float> y)
        {
            Span<float> lanes = stackalloc float[Vector<float>.Count];
            for (int i = 0; i < lanes.Length; i++) lanes[i] = MathF.Exp(-y[i]);
            return new Vector<float>(lanes);
        }
    }

    /// <summary>Of a <see cref="SelfGate"/>, at sums.</summary>
    private readonly struct SelfGatedSlope(ActivationKind kind) : ISlope
    {
        public Vector<float> At(Vector<float> x)
        {
            Span<float> lanes = stackalloc float[Vector<float>.Count];
            for (int i = 0; i < lanes.Length; i++) lanes[i] = (float)SelfGate.Slope(kind, x[i]);
            return new Vector<float>(lanes);
        }

        public Vector<float> SecondAt(Vector<float> x)
        {
            Span<float> lanes = stackalloc float[Vector<float>.Count];
            for (int i = 0; i < lanes.Length; i++) lanes[i] = (float)SelfGate.Bend(kind, x[i]);
            return new Vector<float>(lanes);
        }
    }

    private readonly struct SigmoidSlope : ISlope
    {
        public Vector<float> At(Vector<float> y) => y * (Vector<float>.One - y);

        public Vector<float> SecondAt(Vector<float> y) => At(y) * (Vector<float>.One - y - y);
    }

    private readonly struct TanhSlope : ISlope
    {
        public Vector<float> At(Vector<float> y) => Vector<float>.One - y * y;

        public Vector<float> SecondAt(Vector<float> y) => At(y) * (y + y) * -1;
    }
}
