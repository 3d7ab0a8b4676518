using System;

namespace Espalier.Compilation.Model;

/// <summary>
/// Batch normalisation as it stands after training (Ioffe and Szegedy 2015): each value of channel c becomes
/// f(scale_c (x - mean_c) / sqrt(variance_c + epsilon) + shift_c), computed as f(x m_c + o_c).
/// </summary>
/// <param name="Name">An identifier, unique within the network.</param>
/// <param name="Input">The shape read: channels x height x width.</param>
/// <param name="Scale">Gamma, one for each channel.</param>
/// <param name="Shift">Beta, one for each channel.</param>
/// <param name="Mean">The running mean of each channel.</param>
/// <param name="Variance">The running variance of each channel, not negative.</param>
/// <param name="Epsilon">What is added to the variances; with it they are above zero.</param>
/// <param name="Activation">f.</param>
public sealed record BatchNormalizationLayer(
    string Name, Shape Input, FloatVector Scale, FloatVector Shift, FloatVector Mean, FloatVector Variance,
    float Epsilon, Activation Activation)
    : Layer(Name, Activation)
{
    /// <inheritdoc/>
    public override Shape InputShape => Input;

    /// <inheritdoc/>
    public override Shape OutputShape => Input;

    /// <summary>m_c = scale_c / sqrt(variance_c + epsilon), rounded to a float at the end.</summary>
    public float Multiplier(int channel) => (float)ExactMultiplier(channel);

    /// <summary>o_c = shift_c - mean_c scale_c / sqrt(variance_c + epsilon), rounded to a float at the end.</summary>
    public float Offset(int channel) => (float)(Shift[channel] - Mean[channel] * ExactMultiplier(channel));

    private protected override string? FindOwnFault()
    {
        int channels = Input.Channels;
        foreach (FloatVector values in new[] { Scale, Shift, Mean, Variance })
        {
            if (values.Length != channels) return $"has {values.Length} numbers of a kind for {channels} channels.";
        }

        for (int c = 0; c < channels; c++)
        {
            if (!(Variance[c] >= 0) || !(Variance[c] + Epsilon > 0) || !FloatBits.IsFinite(Multiplier(c)) || !FloatBits.IsFinite(Offset(c)))
            {
                return $"cannot normalise channel {c}: its variance is negative, or zero without epsilon, or a number is not finite.";
            }
        }

        return null;
    }

    private double ExactMultiplier(int channel) => Scale[channel] / Math.Sqrt((double)Variance[channel] + Epsilon);
}
