namespace Espalier.Inference.Baselines;

/// <summary>
/// One way to run a network, to be compared with the others. A contender is made from a network, owns its scratch memory,
/// and serves one thread at a time.
/// </summary>
public interface IContender : IDisposable
{
    /// <summary>The name in tables, such as <c>dense-packed</c>.</summary>
    public string Name { get; }

    /// <summary>The number of floats of one input sample.</summary>
    public int InputLength { get; }

    /// <summary>The number of floats of one output.</summary>
    public int OutputLength { get; }

    /// <summary>Runs the network on one sample.</summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Predict(ReadOnlySpan<float> input, Span<float> output);

    /// <summary>
    /// Runs the network on any number of samples, row by row in <paramref name="inputs"/> and <paramref name="outputs"/>.
    /// </summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void PredictBatch(ReadOnlySpan<float> inputs, Span<float> outputs);
}
