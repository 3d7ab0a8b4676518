using System.Numerics.Tensors;

namespace Espalier.Pruning.Gates;

/// <summary>
/// The hard-concrete distribution of a gate z (Louizos, Welling, Kingma 2018, equations 10 to 13): a logistic number around log alpha is
/// squashed to s in (0, 1), stretched to (gamma, zeta) and clipped to [0, 1], so that both ends have a probability of their own.
/// </summary>
internal static class HardConcrete
{
    /// <summary>The constants of the authors.</summary>
    public const float Beta = 2f / 3, Gamma = -0.1f, Zeta = 1.1f;

    /// <summary>Uniform numbers are drawn from here to one minus this, as the authors do.</summary>
    public const float NearestToCertain = 1e-6f;

    /// <summary>beta log(-gamma / zeta): below this a gate is more often closed than not.</summary>
    public static readonly float Shift = (float)(Beta * Math.Log(-Gamma / (double)Zeta));

    /// <summary>The range that log alpha is kept in, log 0.01 to log 100: a closed gate can still be opened by its gradient.</summary>
    public static readonly float LeastLogAlpha = (float)Math.Log(0.01), MostLogAlpha = (float)Math.Log(100);

    /// <summary>P(z != 0) = sigmoid(log alpha - beta log(-gamma / zeta)).</summary>
    public static void Presence(ReadOnlySpan<float> logAlpha, Span<float> probabilities)
    {
        TensorPrimitives.Subtract(logAlpha, Shift, probabilities);
        TensorPrimitives.Sigmoid(probabilities, probabilities);
    }

    /// <summary>The gates of the finished network: clip(sigmoid(log alpha) (zeta - gamma) + gamma, 0, 1).</summary>
    public static void Settle(ReadOnlySpan<float> logAlpha, Span<float> gates)
    {
        TensorPrimitives.Sigmoid(logAlpha, gates);
        for (int i = 0; i < gates.Length; i++) gates[i] = Math.Clamp(gates[i] * (Zeta - Gamma) + Gamma, 0, 1);
    }

    /// <summary>Draws gates, and how each changes with its log alpha.</summary>
    /// <param name="logAlpha">The location of each gate.</param>
    /// <param name="gates">Uniform numbers in (0, 1), of which the gates are made in place.</param>
    /// <param name="slopes">Receives dz / dlog alpha: (zeta - gamma) s (1 - s) / beta, or 0 where z is clipped.</param>
    public static void Sample(ReadOnlySpan<float> logAlpha, Span<float> gates, Span<float> slopes)
    {
        // s = sigmoid((log(u / (1 - u)) + log alpha) / beta)
        TensorPrimitives.Max(gates, NearestToCertain, gates);
        TensorPrimitives.Min(gates, 1 - NearestToCertain, gates);
        TensorPrimitives.Subtract(1, gates, slopes);
        TensorPrimitives.Divide(gates, slopes, gates);
        TensorPrimitives.Log(gates, gates);
        TensorPrimitives.Add(gates, logAlpha, gates);
        TensorPrimitives.Multiply(gates, 1 / Beta, gates);
        TensorPrimitives.Sigmoid(gates, gates);
        for (int i = 0; i < gates.Length; i++)
        {
            float s = gates[i], stretched = s * (Zeta - Gamma) + Gamma;
            gates[i] = Math.Clamp(stretched, 0, 1);
            slopes[i] = gates[i] == stretched ? (Zeta - Gamma) / Beta * s * (1 - s) : 0;
        }
    }
}
