using Espalier.Compilation.Model;

namespace Espalier.Inference.Baselines;

/// <summary>What the contenders have in common: the lengths and the checks.</summary>
public abstract class Contender : IContender
{
    /// <summary>Takes the lengths of a network.</summary>
    /// <exception cref="ArgumentException">The network makes no sense.</exception>
    private protected Contender(string name, Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.FindFault() is string fault) throw new ArgumentException(fault, nameof(network));
        (Name, InputLength, OutputLength) = (name, network.InputShape.Length, network.OutputShape.Length);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int InputLength { get; }

    /// <inheritdoc/>
    public int OutputLength { get; }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<float> input, Span<float> output)
    {
        if (input.Length != InputLength)
        {
            throw new ArgumentException($"{input.Length} input values for a network of {InputLength}.", nameof(input));
        }

        if (output.Length != OutputLength)
        {
            throw new ArgumentException($"Room for {output.Length} outputs of a network of {OutputLength}.", nameof(output));
        }

        Run(input, output);
    }

    /// <inheritdoc/>
    public void PredictBatch(ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        int samples = inputs.Length / InputLength;
        if (samples * InputLength != inputs.Length)
        {
            throw new ArgumentException($"{inputs.Length} input values do not divide into samples of {InputLength}.", nameof(inputs));
        }

        long room = (long)samples * OutputLength;
        if (outputs.Length != room)
        {
            throw new ArgumentException($"Room for {outputs.Length} outputs; {samples} samples have {room}.", nameof(outputs));
        }

        if (samples > 0) RunBatch(inputs, outputs, samples);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs one sample of checked lengths.</summary>
    private protected abstract void Run(ReadOnlySpan<float> input, Span<float> output);

    /// <summary>Runs one or more samples of checked lengths; one after the other unless overridden.</summary>
    private protected virtual void RunBatch(ReadOnlySpan<float> inputs, Span<float> outputs, int samples)
    {
        for (int s = 0; s < samples; s++)
        {
            Run(inputs.Slice(s * InputLength, InputLength), outputs.Slice(s * OutputLength, OutputLength));
        }
    }

    /// <summary>Gives back what is not managed memory.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
