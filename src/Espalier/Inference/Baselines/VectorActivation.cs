using System.Numerics.Tensors;
using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>The activation functions in vectors, in place and without allocation.</summary>
internal static class VectorActivation
{
    private const int BlockLength = 256;

    /// <summary>Replaces each sum of a layer by its activation.</summary>
    public static void Apply(Activation activation, Span<float> values)
    {
        switch (activation.Kind)
        {
            case ActivationKind.Identity:
                break;
            case ActivationKind.Relu:
                TensorPrimitives.Max(values, 0, values);
                break;
            case ActivationKind.LeakyRelu:
                Rectify(values, activation.Alpha, isExponential: false);
                break;
            case ActivationKind.Elu:
                Rectify(values, activation.Alpha, isExponential: true);
                break;
            case ActivationKind.Selu:
                Rectify(values, (float)ScalarActivation.SeluAlpha, isExponential: true);
                TensorPrimitives.Multiply(values, (float)ScalarActivation.SeluLambda, values);
                break;
            case ActivationKind.Sigmoid:
                TensorPrimitives.Sigmoid(values, values);
                break;
            case ActivationKind.Tanh:
                TensorPrimitives.Tanh(values, values);
                break;
            case ActivationKind.Softmax:
                TensorPrimitives.Subtract(values, TensorPrimitives.Max(values), values);  // so that no power overflows
                TensorPrimitives.SoftMax<float>(values, values);
                break;
            default:
                throw new NotSupportedException($"Activation {activation.Kind}.");
        }
    }

    /// <summary>max(x, 0) + alpha g(min(x, 0)) with g(x) = e^x - 1 or x: the two sides of a rectifier without a branch.</summary>
    private static void Rectify(Span<float> values, float alpha, bool isExponential)
    {
        Span<float> scratch = stackalloc float[BlockLength];
        for (; values.Length > 0; values = values[Math.Min(BlockLength, values.Length)..])
        {
            Span<float> block = values[..Math.Min(BlockLength, values.Length)], below = scratch[..block.Length];
            TensorPrimitives.Min(block, 0, below);
            if (isExponential) TensorPrimitives.ExpM1<float>(below, below);
            TensorPrimitives.Max(block, 0, block);
            TensorPrimitives.MultiplyAdd(below, alpha, block, block);
        }
    }
}
