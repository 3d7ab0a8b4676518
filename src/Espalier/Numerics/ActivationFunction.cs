using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
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
    public static void Backpropagate(Activation activation, ReadOnlySpan<float> values, Span<float> gradient, int length)
    {
        switch (activation.Kind)
        {
            case ActivationKind.Identity:
                break;
            case ActivationKind.Relu:
                Scale(values, gradient, new RectifierSlope(1, 0, 0));
                break;
            case ActivationKind.LeakyRelu:
                Scale(values, gradient, new RectifierSlope(1, activation.Alpha, 0));
                break;
            case ActivationKind.Elu:
                Scale(values, gradient, new RectifierSlope(1, activation.Alpha, 1));
                break;
            case ActivationKind.Selu:
                Scale(values, gradient, new RectifierSlope(SeluScale, SeluLowerScale, 1));
                break;
            case ActivationKind.Sigmoid:
                Scale(values, gradient, default(SigmoidSlope));
                break;
            case ActivationKind.Tanh:
                Scale(values, gradient, default(TanhSlope));
                break;
            case ActivationKind.Softmax:
                for (int start = 0; start < values.Length; start += length)
                {
                    BackpropagateSoftmax(values.Slice(start, length), gradient.Slice(start, length));
                }

                break;
            default:
                throw new NotSupportedException($"Activation {activation.Kind}.");
        }
    }

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

    // d/dz_k = y_k (g_k - sum_i g_i y_i)
    private static void BackpropagateSoftmax(ReadOnlySpan<float> sample, Span<float> gradient)
    {
        TensorPrimitives.Subtract(gradient, TensorPrimitives.Dot(gradient, sample), gradient);
        TensorPrimitives.Multiply(gradient, sample, gradient);
    }

    private static void Scale<TSlope>(ReadOnlySpan<float> values, Span<float> gradient, TSlope slope)
        where TSlope : struct, ISlope
    {
        ReadOnlySpan<Vector<float>> y = MemoryMarshal.Cast<float, Vector<float>>(values);
        Span<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        for (int i = 0; i < y.Length; i++) g[i] *= slope.At(y[i]);
        for (int i = y.Length * Vector<float>.Count; i < values.Length; i++) gradient[i] *= slope.At(new Vector<float>(values[i]))[0];
    }

    private interface ISlope
    {
        /// <summary>The function's derivative where its value is <paramref name="y"/>.</summary>
        public Vector<float> At(Vector<float> y);
    }

    /// <summary>ReLU, leaky ReLU, ELU and SELU: a constant slope above zero; below, lower + exponential * y.</summary>
    private readonly struct RectifierSlope(float upper, float lower, float exponential) : ISlope
    {
        private readonly Vector<float> _upper = new(upper), _lower = new(lower), _exponential = new(exponential);

        public Vector<float> At(Vector<float> y) =>
            Vector.ConditionalSelect(Vector.GreaterThan(y, Vector<float>.Zero), _upper, _lower + _exponential * y);
    }

    private readonly struct SigmoidSlope : ISlope
    {
        public Vector<float> At(Vector<float> y) => y * (Vector<float>.One - y);
    }

    private readonly struct TanhSlope : ISlope
    {
        public Vector<float> At(Vector<float> y) => Vector<float>.One - y * y;
    }
}
