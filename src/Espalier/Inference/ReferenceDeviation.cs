namespace Espalier.Inference;

/// <summary>How far what this machine runs lies from another implementation of the same network.</summary>
/// <param name="Name">Which implementation.</param>
/// <param name="Deviation">The largest deviations over samples and random inputs.</param>
public sealed record ReferenceDeviation(string Name, Deviation Deviation)
{
    /// <summary>Whether they are within <see cref="NetworkVerifier.Tolerance"/>.</summary>
    public bool Holds => Deviation.MaxRel <= NetworkVerifier.Tolerance;
}
