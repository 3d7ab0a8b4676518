using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>
/// One step of a network under training. A layer computes its sums; the network applies <see cref="Activation"/> to them in place,
/// so that a loss can meet the last layer's sums directly. All matrices are samples x values in row-major order.
/// </summary>
public abstract class TrainableLayer
{
    private protected TrainableLayer(string name, Shape inputShape, Shape outputShape, Activation activation, params Parameter[] parameters)
    {
        if (activation.Alpha < 0)
        {
            throw new EspalierException(FormattableString.Invariant(
                $"Layer '{name}': {activation.Kind} of {activation.Alpha:R} cannot be trained; use a parameter of 0 or more."));
        }

        (Name, InputShape, OutputShape, Activation, Parameters) = (name, inputShape, outputShape, activation, parameters);
    }

    /// <summary>An identifier, unique within the network.</summary>
    public string Name { get; }

    /// <summary>The shape of one sample of what the layer reads.</summary>
    public Shape InputShape { get; }

    /// <summary>The shape of one sample of what the layer yields.</summary>
    public Shape OutputShape { get; }

    /// <summary>The function applied to the layer's sums.</summary>
    public Activation Activation { get; }

    /// <summary>What training adjusts in this layer, weights before biases.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The layer as the immutable model holds it.</summary>
    public abstract Layer ToLayer();

    /// <summary>Computes the sums of <paramref name="count"/> samples.</summary>
    internal abstract void Forward(ComputeEngine engine, float[] input, float[] output, int count);

    /// <summary>Computes the parameters' gradients, and the derivative by the input unless nobody asks for it.</summary>
    /// <param name="engine">Does the work.</param>
    /// <param name="input">What <see cref="Forward"/> read.</param>
    /// <param name="outputGradient">The derivative of the loss by the layer's sums.</param>
    /// <param name="inputGradient">Receives the derivative by the input, or null for the first layer.</param>
    /// <param name="count">The number of samples.</param>
    internal abstract void Backward(ComputeEngine engine, float[] input, float[] outputGradient, float[]? inputGradient, int count);

    /// <summary>Adds <paramref name="values"/> to each of <paramref name="count"/> samples of as many values.</summary>
    private protected static void AddToEach(Span<float> samples, ReadOnlySpan<float> values, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Span<float> sample = samples.Slice(i * values.Length, values.Length);
            TensorPrimitives.Add(sample, values, sample);
        }
    }

    /// <summary>The sum of <paramref name="count"/> samples, value by value: a bias's gradient.</summary>
    private protected static void SumOverSamples(ReadOnlySpan<float> samples, Span<float> sums, int count)
    {
        sums.Clear();
        for (int i = 0; i < count; i++) TensorPrimitives.Add(sums, samples.Slice(i * sums.Length, sums.Length), sums);
    }
}
