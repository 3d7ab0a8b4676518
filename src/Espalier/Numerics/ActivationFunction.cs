using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Numerics;

/// <summary>Activation functions over whole batches, in place, and their derivatives expressed by the function's own value.</summary>
internal static class ActivationFunction
{
    /// <summary>SELU's scale above zero (Klambauer et al. 2017).</summary>
    public const float SeluScale = 1.05070098735548049342f;

    /// <summary>SELU's scale below zero, times <see cref="SeluScale"/>.</summary>
    public const float SeluLowerScale = SeluScale * 1.67326324235437728482f;

    private const int Chunk = 256;

    /// <summary>Replaces sums by the function's values.</summary>
    /// <param name="activation">The function.</param>
    /// <param name="values">Whole samples.</param>
    /// <param name="length">The number of values of a sample.</param>
    public static void Apply(Activation activation, Span<float> values, int length)
    {
        switch (activation.Kind)
        {
            case ActivationKind.Identity:
                break;
            case ActivationKind.Relu:
                TensorPrimitives.Max(values, 0f, values);
                break;
            case ActivationKind.LeakyRelu:
                ApplyLeakyRelu(values, activation.Alpha);
                break;
            case ActivationKind.Elu:
                ApplyExponentialUnit(values, 1, activation.Alpha);
                break;
            case ActivationKind.Selu:
                ApplyExponentialUnit(values, SeluScale, SeluLowerScale);
                break;
            case ActivationKind.Sigmoid:
                TensorPrimitives.Sigmoid(values, values);
                break;
            case ActivationKind.Tanh:
                TensorPrimitives.Tanh(values, values);
                break;
            case ActivationKind.ClippedRelu:
                TensorPrimitives.Max(values, 0f, values);
                TensorPrimitives.Min(values, activation.Alpha, values);
                break;
            case ActivationKind.Softplus:
            case ActivationKind.Gelu:
            case ActivationKind.GeluTanh:
            case ActivationKind.Silu:
            case ActivationKind.HardSwish:
                foreach (ref float value in values) value = ActivationMath.Apply(activation, value);
                break;
            case ActivationKind.Softmax:
                for (int start = 0; start < values.Length; start += length) ApplySoftmax(values.Slice(start, length));
                break;
            default:
                throw new NotSupportedException($"Activation {activation.Kind}.");
        }
    }

    /// <summary>Turns the derivative of the loss by the function's values into the derivative by its sums.</summary>
    /// <param name="activation">The function.</param>
    /// <param name="values">The function's values, whole samples.</param>
    /// <param name="gradient">The derivative by the values; replaced.</param>
    /// <param name="length">The number of values of a sample.</param>
    public static void Backpropagate(Activation activation, ReadOnlySpan<float> values, Span<float> gradient, int length) =>
        Dispatch<FirstDerivative>(activation, values, [], gradient, length);

    /// <summary>
    /// Turns the second derivative of the loss by each of the function's values into that by each of its sums, c h'^2 + g h'', as if the
    /// mixed derivatives by two values were zero (LeCun, Denker and Solla 1989).
    /// </summary>
    /// <param name="activation">The function.</param>
    /// <param name="values">The function's values, whole samples.</param>
    /// <param name="gradient">g, the derivative by the values; or empty to drop the term with h''.</param>
    /// <param name="curvature">c, the second derivative by the values; replaced.</param>
    /// <param name="length">The number of values of a sample.</param>
    public static void BackpropagateCurvature(
        Activation activation, ReadOnlySpan<float> values, ReadOnlySpan<float> gradient, Span<float> curvature, int length) =>
        Dispatch<SecondDerivative>(activation, values, gradient, curvature, length);

    private static void Dispatch<TRule>(
        Activation activation, ReadOnlySpan<float> values, ReadOnlySpan<float> gradient, Span<float> target, int length)
        where TRule : struct, IChainRule
    {
        switch (activation.Kind)
        {
            case ActivationKind.Identity:
                break;
            case ActivationKind.Relu:
                TRule.Apply(values, gradient, target, new RectifierSlope(1, 0, 0));
                break;
            case ActivationKind.LeakyRelu:
                TRule.Apply(values, gradient, target, new RectifierSlope(1, activation.Alpha, 0));
                break;
            case ActivationKind.Elu:
                TRule.Apply(values, gradient, target, new RectifierSlope(1, activation.Alpha, 1));
                break;
            case ActivationKind.Selu:
                TRule.Apply(values, gradient, target, new RectifierSlope(SeluScale, SeluLowerScale, 1));
                break;
            case ActivationKind.Sigmoid:
                TRule.Apply(values, gradient, target, default(SigmoidSlope));
                break;
            case ActivationKind.Tanh:
                TRule.Apply(values, gradient, target, default(TanhSlope));
                break;
            case ActivationKind.ClippedRelu:
                TRule.Apply(values, gradient, target, new ClippedSlope(activation.Alpha));
                break;
            case ActivationKind.Softplus:
                TRule.Apply(values, gradient, target, default(SoftplusSlope));
                break;
            case ActivationKind.Softmax:
                for (int start = 0; start < values.Length; start += length)
                {
                    TRule.ApplySoftmax(
                        values.Slice(start, length), gradient.IsEmpty ? [] : gradient.Slice(start, length), target.Slice(start, length));
                }

                break;
            case ActivationKind.Gelu:
            case ActivationKind.GeluTanh:
            case ActivationKind.Silu:
            case ActivationKind.HardSwish:
                throw CannotBeTrained(activation);
            default:
                throw new NotSupportedException($"Activation {activation.Kind}.");
        }
    }

    /// <summary>For functions whose value does not tell their slope, which are imported and compiled but not trained.</summary>
    public static EspalierException CannotBeTrained(Activation activation) => new(
        $"The network applies {activation.Kind}, which cannot be trained here; prune without retraining, or train it where it comes from.");

    private static void ApplyLeakyRelu(Span<float> values, float slope)
    {
        Span<float> lower = stackalloc float[Chunk];
        for (int start = 0; start < values.Length; start += Chunk)
        {
            Span<float> upper = values[start..Math.Min(values.Length, start + Chunk)], below = lower[..upper.Length];
            TensorPrimitives.Min(upper, 0f, below);
            TensorPrimitives.Max(upper, 0f, upper);
            TensorPrimitives.MultiplyAdd(below, slope, upper, upper);
        }
    }

    private static void ApplyExponentialUnit(Span<float> values, float scale, float lowerScale)
    {
        Span<float> lower = stackalloc float[Chunk];
        for (int start = 0; start < values.Length; start += Chunk)
        {
            Span<float> upper = values[start..Math.Min(values.Length, start + Chunk)], below = lower[..upper.Length];
            TensorPrimitives.Min(upper, 0f, below);
            TensorPrimitives.Exp(below, below);
            TensorPrimitives.Subtract(below, 1f, below);
            TensorPrimitives.Multiply(below, lowerScale, below);
            TensorPrimitives.Max(upper, 0f, upper);
            TensorPrimitives.MultiplyAdd(upper, scale, below, upper);
        }
    }

    private static void ApplySoftmax(Span<float> sample)
    {
        TensorPrimitives.Subtract(sample, TensorPrimitives.Max<float>(sample), sample);
        TensorPrimitives.Exp(sample, sample);
        TensorPrimitives.Divide(sample, TensorPrimitives.Sum<float>(sample), sample);
    }

    /// <summary>How a derivative passes through a function that treats each sum alone, and how through softmax.</summary>
    private interface IChainRule
    {
        public static abstract void Apply<TSlope>(
            ReadOnlySpan<float> values, ReadOnlySpan<float> gradient, Span<float> target, TSlope slope)
            where TSlope : struct, ISlope;

        public static abstract void ApplySoftmax(ReadOnlySpan<float> sample, ReadOnlySpan<float> gradient, Span<float> target);
    }

    private interface ISlope
    {
        /// <summary>The function's derivative where its value is <paramref name="y"/>.</summary>
        public Vector<float> At(Vector<float> y);

        /// <summary>The function's second derivative where its value is <paramref name="y"/>.</summary>
        public Vector<float> SecondAt(Vector<float> y);
    }

    private readonly struct FirstDerivative : IChainRule
    {
        public static void Apply<TSlope>(ReadOnlySpan<float> values, ReadOnlySpan<float> gradient, Span<float> target, TSlope slope)
            where TSlope : struct, ISlope
        {
            ReadOnlySpan<Vector<float>> y = MemoryMarshal.Cast<float, Vector<float>>(values);
            Span<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(target);
            for (int i = 0; i < y.Length; i++) g[i] *= slope.At(y[i]);
            for (int i = y.Length * Vector<float>.Count; i < values.Length; i++) target[i] *= slope.At(new Vector<float>(values[i]))[0];
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
        public static void Apply<TSlope>(ReadOnlySpan<float> values, ReadOnlySpan<float> gradient, Span<float> target, TSlope slope)
            where TSlope : struct, ISlope
        {
            Span<float> bends = stackalloc float[Chunk];
            for (int start = 0; start < values.Length; start += Chunk)
            {
                int end = Math.Min(values.Length, start + Chunk);
                ReadOnlySpan<float> part = values[start..end];
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

        private static void Bend<TSlope>(ReadOnlySpan<float> values, Span<float> bend, TSlope slope)
            where TSlope : struct, ISlope
        {
            ReadOnlySpan<Vector<float>> y = MemoryMarshal.Cast<float, Vector<float>>(values);
            Span<Vector<float>> b = MemoryMarshal.Cast<float, Vector<float>>(bend);
            for (int i = 0; i < y.Length; i++) b[i] = slope.SecondAt(y[i]);
            for (int i = y.Length * Vector<float>.Count; i < values.Length; i++) bend[i] = slope.SecondAt(new Vector<float>(values[i]))[0];
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
