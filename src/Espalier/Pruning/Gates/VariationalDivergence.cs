using System.Numerics.Tensors;

namespace Espalier.Pruning.Gates;

/// <summary>
/// The divergence of a weight's posterior N(theta, alpha theta^2) from the log-uniform prior, as Molchanov, Ashukha, Vetrov (2017, equation
/// 14) fit it: KL = k1 - k1 sigmoid(k2 + k3 log alpha) + log(1 + 1 / alpha) / 2, which falls to 0 as alpha grows.
/// </summary>
internal static class VariationalDivergence
{
    /// <summary>The constants of the fit.</summary>
    public const float K1 = 0.63576f, K2 = 1.8732f, K3 = 1.48695f;

    /// <summary>Added to theta^2 before its logarithm.</summary>
    public const float LeastSquare = 1e-8f;

    /// <summary>log alpha = log sigma^2 - log theta^2.</summary>
    public static void LogAlpha(ReadOnlySpan<float> weights, ReadOnlySpan<float> logVariances, Span<float> result)
    {
        TensorPrimitives.Multiply(weights, weights, result);
        TensorPrimitives.Add(result, LeastSquare, result);
        TensorPrimitives.Log(result, result);
        TensorPrimitives.Subtract(logVariances, result, result);
    }

    /// <summary>
    /// The derivative by log alpha: -k1 k3 s (1 - s) - sigmoid(-log alpha) / 2, s = sigmoid(k2 + k3 log alpha). The authors' code clips
    /// log alpha at +-8; here nothing has to be, since no term overflows.
    /// </summary>
    /// <param name="logAlpha">The numbers.</param>
    /// <param name="slopes">Receives the derivatives.</param>
    /// <param name="scratch">As much room again.</param>
    public static void Differentiate(ReadOnlySpan<float> logAlpha, Span<float> slopes, Span<float> scratch)
    {
        TensorPrimitives.Multiply(logAlpha, K3, slopes);
        TensorPrimitives.Add(slopes, K2, slopes);
        TensorPrimitives.Sigmoid(slopes, slopes);
        TensorPrimitives.Subtract(1, slopes, scratch);
        TensorPrimitives.Multiply(slopes, scratch, slopes);
        TensorPrimitives.Multiply(slopes, -K1 * K3, slopes);
        TensorPrimitives.Negate(logAlpha, scratch);
        TensorPrimitives.Sigmoid(scratch, scratch);
        TensorPrimitives.MultiplyAdd(scratch, -0.5f, slopes, slopes);
    }
}
