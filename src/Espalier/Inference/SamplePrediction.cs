namespace Espalier.Inference;

/// <summary>Computes the outputs of one sample.</summary>
/// <param name="input">The sample.</param>
/// <param name="output">Receives the outputs.</param>
public delegate void SamplePrediction(ReadOnlySpan<float> input, Span<float> output);
