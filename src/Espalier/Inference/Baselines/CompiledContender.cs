using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>The generated code itself, called as a user's program calls it. Allocates nothing per call.</summary>
public sealed class CompiledContender : IContender
{
    private readonly CompiledNetwork _compiled;

    /// <summary>Compiles <paramref name="network"/>.</summary>
    /// <exception cref="ArgumentException">The network has a fault, or an option is out of range.</exception>
    public CompiledContender(Network network, CompileOptions? options = null)
        : this(CompiledNetwork.Compile(network, options), ContenderNames.Espalier)
    {
    }

    /// <summary>Takes over <paramref name="compiled"/> under a name of its own.</summary>
    internal CompiledContender(CompiledNetwork compiled, string name) => (_compiled, Name) = (compiled, name);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int InputLength => _compiled.InputLength;

    /// <inheritdoc/>
    public int OutputLength => _compiled.OutputLength;

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<float> input, Span<float> output) => _compiled.Predict(input, output);

    /// <inheritdoc/>
    public void PredictBatch(ReadOnlySpan<float> inputs, Span<float> outputs) => _compiled.PredictBatch(inputs, outputs);

    /// <summary>Predicts one sample after the other by direct calls: see <see cref="CompiledNetwork.CallRepeatedly"/>.</summary>
    internal int PredictRepeatedly(ReadOnlySpan<float> inputs, Span<float> output, int position, int calls) =>
        _compiled.CallRepeatedly(inputs, output, position, calls);

    /// <inheritdoc/>
    public void Dispose() => _compiled.Dispose();
}
