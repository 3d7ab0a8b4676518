using Espalier.Compilation.Model;
using Espalier.Interchange;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines.OnnxRuntime;

/// <summary>
/// ONNX Runtime at its best for small networks: one thread, all graph optimisations, tensors over pinned memory that are bound
/// once. A call copies the input in, runs, and copies the output out; it allocates no managed memory.
/// </summary>
/// <remarks>A new batch size makes new tensors, once; the library's own allocations are not counted anywhere.</remarks>
public sealed class OnnxRuntimeContender : Contender
{
    private readonly OnnxRuntimeLibrary _library;
    private readonly OnnxRuntimeHandle _session;
    private readonly int[] _inputDimensions;
    private Bound? _sample, _batch;

    /// <summary>Hands <paramref name="network"/> to the library as an ONNX model.</summary>
    /// <exception cref="NotSupportedException">A layer cannot be written as ONNX.</exception>
    /// <exception cref="OnnxRuntimeException">The library refuses the model.</exception>
    public OnnxRuntimeContender(Network network, OnnxRuntimeLibrary library)
        : base(ContenderNames.OnnxRuntime, network)
    {
        ArgumentNullException.ThrowIfNull(library);
        _library = library;
        _inputDimensions = [.. OnnxExport.InputDimensions(network)];
        _session = library.CreateSession(OnnxExport.ToBytes(network));
    }

    /// <inheritdoc/>
    private protected override void Run(ReadOnlySpan<float> input, Span<float> output) =>
        (_sample ??= new Bound(this, 1)).Run(input, output);

    /// <inheritdoc/>
    private protected override void RunBatch(ReadOnlySpan<float> inputs, Span<float> outputs, int samples)
    {
        if (_batch?.Samples != samples)
        {
            _batch?.Dispose();
            _batch = new Bound(this, samples);
        }

        _batch.Run(inputs, outputs);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sample?.Dispose();
            _batch?.Dispose();
            _session.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The tensors of one batch size.</summary>
    private sealed unsafe class Bound : IDisposable
    {
        private readonly OnnxRuntimeContender _owner;
        private readonly AlignedBuffer _inputs, _outputs;
        private readonly OnnxRuntimeHandle _inputTensor, _outputTensor, _binding;

        public Bound(OnnxRuntimeContender owner, int samples)
        {
            (_owner, Samples) = (owner, samples);
            _inputs = new AlignedBuffer(checked(samples * owner.InputLength));
            _outputs = new AlignedBuffer(checked(samples * owner.OutputLength));
            _inputTensor = owner._library.CreateTensor(_inputs.Pointer, [samples, .. owner._inputDimensions]);
            _outputTensor = owner._library.CreateTensor(_outputs.Pointer, [samples, owner.OutputLength]);
            _binding = owner._library.CreateBinding(
                owner._session, OnnxExport.InputName, _inputTensor, OnnxExport.OutputName, _outputTensor);
        }

        public int Samples { get; }

        public void Run(ReadOnlySpan<float> inputs, Span<float> outputs)
        {
            inputs.CopyTo(_inputs.Span);
            _owner._library.Run(_owner._session, _binding);
            _outputs.Span.CopyTo(outputs);
        }

        public void Dispose()
        {
            _binding.Dispose();
            _inputTensor.Dispose();
            _outputTensor.Dispose();
        }
    }
}
