using System.Numerics.Tensors;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Numerics;

/// <summary>Activation functions over whole batches, in place.</summary>
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
}
