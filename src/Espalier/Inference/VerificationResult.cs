namespace Espalier.Inference;

/// <summary>What <see cref="NetworkVerifier"/> found.</summary>
/// <param name="Widths">
/// The plans that the code has and this processor can run, each over all inputs: the scalar one, which must be equal to the bit, and
/// those for vectors from the narrowest on, which must keep within their bounds.
/// </param>
/// <param name="Batch">The batch method over all inputs, which must keep within the same bounds.</param>
/// <param name="FromGiven">
/// The deviation of what this machine runs from the interpreter over the network as given, over inputs of ordinary size.
/// </param>
/// <param name="SampleCount">The number of samples that the model carries.</param>
/// <param name="SamplesHold">Whether the generated code's own check of these samples passes.</param>
/// <param name="LargestSampleError">The largest relative deviation that this check saw.</param>
public sealed record VerificationResult(
    IReadOnlyList<CodeVerification> Widths, CodeVerification Batch, Deviation FromGiven, int SampleCount, bool SamplesHold,
    float LargestSampleError)
{
    /// <summary>Whether all code is as exact as it must be, close enough to the given network, and right on the samples.</summary>
    public bool Passed => Widths.All(width => width.Holds) && Batch.Holds && FromGiven.MaxRel <= NetworkVerifier.Tolerance && SamplesHold;
}
