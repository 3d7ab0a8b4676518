namespace Espalier.Inference;

/// <summary>What <see cref="NetworkVerifier"/> found.</summary>
/// <param name="FromLowered">The deviation from the interpreter over the lowered network, over all inputs, extreme ones too.</param>
/// <param name="FromGiven">The deviation from the interpreter over the network as given, over inputs of ordinary size.</param>
/// <param name="SampleCount">The number of samples that the model carries.</param>
/// <param name="SamplesHold">Whether the generated code's own check of these samples passes.</param>
/// <param name="LargestSampleError">The largest relative deviation that this check saw.</param>
public sealed record VerificationResult(
    Deviation FromLowered, Deviation FromGiven, int SampleCount, bool SamplesHold, float LargestSampleError)
{
    /// <summary>Whether the code is bit-equal to the lowered network, close enough to the given one, and right on the samples.</summary>
    public bool Passed => FromLowered.BitEqual && FromGiven.MaxRel <= NetworkVerifier.Tolerance && SamplesHold;
}
