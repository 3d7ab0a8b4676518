using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Numerics;
using Espalier.Training.Losses;

namespace Espalier.Pruning.Curvature;

/// <summary>
/// The Hessian of one pattern's loss by the last layer's sums. With every loss and activation it is H = sum_i c_i v_i v_i^T, where v_i is
/// the unit vector e_i, or e_i - y where the activation is softmax.
/// </summary>
/// <remarks>
/// Without softmax H is diagonal. With it, dy_i/da = y_i (e_i - y) and a loss sum_i f_i(y_i) has
/// H = sum_i (f_i'' y_i^2 + dE/da_i) (e_i - y) (e_i - y)^T; for categorical cross-entropy c_i is y_i and H = diag(y) - y y^T.
/// </remarks>
internal sealed class OutputHessian
{
    /// <summary>Where softmax meets binary cross-entropy: no output counts as nearer to 1 than this, as in the loss itself.</summary>
    private const float NearestToCertain = 1e-7f;

    private readonly LossKind _loss;
    private readonly Activation _activation;
    private readonly int _outputs;
    private readonly bool _isGaussNewton;
    private readonly float[] _errors;

    /// <summary>Prepares for batches of up to <paramref name="capacity"/> samples of <paramref name="outputs"/> values.</summary>
    /// <param name="loss">The loss, of a kind that goes with the activation.</param>
    /// <param name="activation">The last layer's.</param>
    /// <param name="outputs">The number of outputs.</param>
    /// <param name="capacity">The largest batch.</param>
    /// <param name="isGaussNewton">
    /// Whether to leave out the activation's second derivatives. Where loss and activation match, cross-entropy with softmax or sigmoid,
    /// that is of no effect: the two are taken as one convex function of the sums (Schraudolph 2002).
    /// </param>
    public OutputHessian(LossKind loss, Activation activation, int outputs, int capacity, bool isGaussNewton)
    {
        (_loss, _activation, _outputs, _isGaussNewton) = (loss, activation, outputs, isGaussNewton);
        _errors = new float[checked(capacity * outputs)];
        Coefficients = new float[_errors.Length];
    }

    /// <summary>c, samples x outputs, after <see cref="Evaluate"/>.</summary>
    public float[] Coefficients { get; }

    private bool IsSoftmax => _activation.Kind == ActivationKind.Softmax;

    /// <summary>Computes <see cref="Coefficients"/>.</summary>
    /// <param name="logits">The sums, samples x outputs.</param>
    /// <param name="values">The outputs, samples x outputs.</param>
    /// <param name="targets">The targets, samples x outputs.</param>
    /// <param name="gradient">dE/da by the last layer's sums, of each pattern's own loss.</param>
    public void Evaluate(
        ReadOnlySpan<float> logits, ReadOnlySpan<float> values, ReadOnlySpan<float> targets, ReadOnlySpan<float> gradient)
    {
        Span<float> coefficients = Coefficients.AsSpan(0, values.Length);
        switch (_loss)
        {
            case LossKind.CategoricalCrossEntropy:
                values.CopyTo(coefficients);
                return;
            case LossKind.BinaryCrossEntropy when !IsSoftmax:
                TensorPrimitives.Subtract(1f, values, coefficients);
                TensorPrimitives.Multiply(coefficients, values, coefficients);
                TensorPrimitives.Multiply(coefficients, 1f / _outputs, coefficients);
                return;
            case LossKind.BinaryCrossEntropy:
                EvaluateSoftmaxOfBinaryCrossEntropy(values, targets, coefficients);
                break;
            case LossKind.MeanSquaredError when !IsSoftmax:
                Span<float> errors = _errors.AsSpan(0, values.Length);
                TensorPrimitives.Subtract(values, targets, errors);
                TensorPrimitives.Multiply(errors, 2f / _outputs, errors);
                coefficients.Fill(2f / _outputs);
                ReadOnlySpan<float> points = ActivationDerivative.Points(_activation, values, logits);
                ActivationDerivative.BackpropagateCurvature(_activation, points, _isGaussNewton ? [] : errors, coefficients, _outputs);
                return;
            default:
                TensorPrimitives.Multiply(values, values, coefficients);
                TensorPrimitives.Multiply(coefficients, 2f / _outputs, coefficients);
                break;
        }

        if (!_isGaussNewton) TensorPrimitives.Add(coefficients, gradient, coefficients);
    }

    /// <summary>The diagonal of H, samples x outputs: c_k, or c_k (1 - 2 y_k) + y_k^2 sum_i c_i with softmax.</summary>
    public void Diagonal(ReadOnlySpan<float> values, Span<float> diagonal)
    {
        Coefficients.AsSpan(0, values.Length).CopyTo(diagonal);
        if (!IsSoftmax) return;
        for (int start = 0; start < values.Length; start += _outputs)
        {
            float sum = TensorPrimitives.Sum<float>(Coefficients.AsSpan(start, _outputs));
            for (int k = start; k < start + _outputs; k++)
            {
                float y = values[k];
                diagonal[k] = Coefficients[k] * (1 - 2 * y) + y * y * sum;
            }
        }
    }

    /// <summary>v_i of each sample, samples x outputs.</summary>
    public void Direction(int i, ReadOnlySpan<float> values, Span<float> direction)
    {
        if (IsSoftmax) TensorPrimitives.Negate(values, direction);
        else direction.Clear();
        for (int at = i; at < direction.Length; at += _outputs) direction[at] += 1;
    }

    // f'' y^2 with f = -t log y - (1 - t) log(1 - y), over the number of outputs.
    private void EvaluateSoftmaxOfBinaryCrossEntropy(ReadOnlySpan<float> values, ReadOnlySpan<float> targets, Span<float> coefficients)
    {
        for (int i = 0; i < values.Length; i++)
        {
            float y = Math.Min(values[i], 1 - NearestToCertain), odds = y / (1 - y);
            coefficients[i] = (targets[i] + (1 - targets[i]) * odds * odds) / _outputs;
        }
    }
}
