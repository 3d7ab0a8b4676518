using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Numerics;

namespace Espalier.Training.Losses;

/// <summary>A loss on top of the last layer's activation, evaluated from the layer's sums so that the two can be fused.</summary>
internal sealed class OutputLoss
{
    /// <summary>Where softmax meets binary cross-entropy: no output counts as nearer to 0 or 1 than this.</summary>
    private const double NearestToCertain = 1e-7;

    private readonly LossKind _kind;
    private readonly Activation _activation;
    private readonly int _outputs;
    private readonly float[] _values;

    /// <summary>Prepares for batches of up to <paramref name="capacity"/> samples of <paramref name="outputs"/> values.</summary>
    /// <exception cref="EspalierException">The loss makes no sense of the activation's values.</exception>
    public OutputLoss(LossKind kind, Activation activation, int outputs, int capacity)
    {
        bool fits = kind switch
        {
            LossKind.MeanSquaredError => true,
            LossKind.BinaryCrossEntropy => activation.Kind is ActivationKind.Sigmoid or ActivationKind.Softmax,
            LossKind.CategoricalCrossEntropy => activation.Kind is ActivationKind.Softmax,
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        if (!fits)
        {
            string wanted = kind == LossKind.CategoricalCrossEntropy ? "Softmax" : "Sigmoid or Softmax";
            throw new EspalierException(
                $"{kind} needs probabilities, which {activation.Kind} does not give; end the network with {wanted}.");
        }

        if (activation.Kind == ActivationKind.Softmax && outputs < 2)
        {
            throw new EspalierException("Softmax over one output is always 1; end the network with Sigmoid or with two outputs.");
        }

        (_kind, _activation, _outputs) = (kind, activation, outputs);
        _values = new float[checked(capacity * outputs)];
    }

    /// <summary>The activation's values of the last batch evaluated, samples x outputs.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>The loss summed over the samples, and the derivative of its mean by the sums.</summary>
    /// <param name="logits">The last layer's sums, samples x outputs.</param>
    /// <param name="targets">The targets, samples x outputs.</param>
    /// <param name="gradient">Receives samples x outputs derivatives, or is empty when nobody asks.</param>
    /// <param name="count">The number of samples.</param>
    public double Evaluate(ReadOnlySpan<float> logits, ReadOnlySpan<float> targets, Span<float> gradient, int count)
    {
        int length = count * _outputs;
        logits = logits[..length];
        targets = targets[..length];
        Span<float> values = _values.AsSpan(0, length);
        logits.CopyTo(values);
        ActivationFunction.Apply(_activation, values, _outputs);
        if (!gradient.IsEmpty) Differentiate(logits, values, targets, gradient[..length], count);
        double sum = 0;
        for (int start = 0; start < length; start += _outputs)
        {
            ReadOnlySpan<float> t = targets.Slice(start, _outputs), y = values.Slice(start, _outputs), z = logits.Slice(start, _outputs);
            sum += _kind switch
            {
                LossKind.MeanSquaredError => SquaredError(y, t) / _outputs,
                LossKind.CategoricalCrossEntropy => CategoricalCrossEntropy(z, t),
                _ => (_activation.Kind == ActivationKind.Sigmoid ? LogisticCrossEntropy(z, t) : BinaryCrossEntropy(y, t)) / _outputs,
            };
        }

        return sum;
    }

    private void Differentiate(
        ReadOnlySpan<float> logits, ReadOnlySpan<float> values, ReadOnlySpan<float> targets, Span<float> gradient, int count)
    {
        switch (_kind)
        {
            case LossKind.CategoricalCrossEntropy:
                // Fused with softmax: y times the sum of t, which is 1, minus t; no logarithm and no division that could overflow.
                TensorPrimitives.Subtract(values, targets, gradient);
                TensorPrimitives.Multiply(gradient, 1f / count, gradient);
                return;
            case LossKind.BinaryCrossEntropy when _activation.Kind == ActivationKind.Sigmoid:
                TensorPrimitives.Subtract(values, targets, gradient);
                TensorPrimitives.Multiply(gradient, 1f / ((float)count * _outputs), gradient);
                return;
            case LossKind.BinaryCrossEntropy:
                double scale = 1.0 / ((double)count * _outputs);
                for (int i = 0; i < values.Length; i++)
                {
                    double y = AwayFromCertain(values[i]);
                    gradient[i] = (float)(scale * (y - targets[i]) / (y * (1 - y)));
                }

                break;
            default:
                TensorPrimitives.Subtract(values, targets, gradient);
                TensorPrimitives.Multiply(gradient, 2f / ((float)count * _outputs), gradient);
                break;
        }

        ActivationDerivative.Backpropagate(
            _activation, ActivationDerivative.Points(_activation, values, logits), gradient, _outputs);
    }

    private static double SquaredError(ReadOnlySpan<float> values, ReadOnlySpan<float> targets)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double difference = (double)values[i] - targets[i];
            sum += difference * difference;
        }

        return sum;
    }

    // -sum t log softmax(z) = sum t (log sum e^z - z), the largest z taken out of the exponentials.
    private static double CategoricalCrossEntropy(ReadOnlySpan<float> logits, ReadOnlySpan<float> targets)
    {
        double largest = TensorPrimitives.Max(logits), exponentials = 0, sum = 0;
        foreach (float logit in logits) exponentials += Math.Exp(logit - largest);
        double logSum = largest + Math.Log(exponentials);
        for (int i = 0; i < logits.Length; i++) sum += targets[i] * (logSum - logits[i]);
        return sum;
    }

    // -t log s(z) - (1 - t) log(1 - s(z)) = max(z, 0) - t z + log(1 + e^-|z|).
    private static double LogisticCrossEntropy(ReadOnlySpan<float> logits, ReadOnlySpan<float> targets)
    {
        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            double z = logits[i];
            sum += Math.Max(z, 0) - targets[i] * z + Math.Log(1 + Math.Exp(-Math.Abs(z)));
        }

        return sum;
    }

    private static double BinaryCrossEntropy(ReadOnlySpan<float> values, ReadOnlySpan<float> targets)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double y = AwayFromCertain(values[i]);
            sum -= targets[i] * Math.Log(y) + (1 - targets[i]) * Math.Log(1 - y);
        }

        return sum;
    }

    private static double AwayFromCertain(float value) => Math.Clamp(value, NearestToCertain, 1 - NearestToCertain);
}
