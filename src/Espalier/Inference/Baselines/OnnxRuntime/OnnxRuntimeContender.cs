using Espalier.Compilation.Model;
using Espalier.Interchange;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines.OnnxRuntime;

/// <summary>
/// ONNX Runtime at its best for small networks: one thread, all graph optimisations, tensors over pinned memory that are bound
/// once. A call copies the input in, runs, and copies the output out; it allocates no managed memory.
/// </summary>
/// <remarks>
/// A new batch size makes new tensors, once; the library's own allocations are not counted anywhere. A model that was imported is fed in
/// its own order of values, sample by sample.
/// </remarks>
public sealed class OnnxRuntimeContender : Contender
{
    private readonly OnnxRuntimeLibrary _library;
    private readonly OnnxRuntimeHandle _session;
    private readonly OnnxPort _input, _output;
    private Bound? _sample, _batch;

    /// <summary>Hands <paramref name="network"/> to the library as an ONNX model.</summary>
    /// <exception cref="NotSupportedException">A layer cannot be written as ONNX.</exception>
    /// <exception cref="OnnxRuntimeException">The library refuses the model.</exception>
    public OnnxRuntimeContender(Network network, OnnxRuntimeLibrary library)
        : this(network, library, OnnxExport.ToBytes(network),
            new OnnxPort(OnnxExport.InputName, [1, .. OnnxExport.InputDimensions(network)], 0, null),
            new OnnxPort(OnnxExport.OutputName, [1, network.OutputShape.Length], 0, null))
    {
    }

    private OnnxRuntimeContender(Network network, OnnxRuntimeLibrary library, byte[] model, OnnxPort input, OnnxPort output)
        : base(ContenderNames.OnnxRuntime, network)
    {
        ArgumentNullException.ThrowIfNull(library);
        (_library, _input, _output) = (library, input, output);
        _session = library.CreateSession(model);
    }

    /// <summary>Runs an ONNX model as it is, on samples in the order of the network that was imported from it.</summary>
    /// <param name="model">The bytes of the model.</param>
    /// <param name="import">What became of it.</param>
    /// <param name="library">The library.</param>
    /// <exception cref="EspalierException">The model has more than one input or output, or the library refuses it.</exception>
    public static OnnxRuntimeContender OfModel(byte[] model, OnnxImportResult import, OnnxRuntimeLibrary library)
    {
        ArgumentNullException.ThrowIfNull(import);
        if (import is not { Inputs: [{ } input], Outputs: [{ } output] })
        {
            throw new EspalierException(
                $"The model has {import.Inputs.Count} inputs and {import.Outputs.Count} outputs; ONNX Runtime is asked for one of each.");
        }

        return input.FixedBatch <= 1 || output.BatchAxis == 0
            ? new OnnxRuntimeContender(import.Network, library, model, input, output)
            : throw new EspalierException(
                $"The model takes {input.FixedBatch} samples at a time and does not yield them one after the other.");
    }

    /// <inheritdoc/>
    private protected override void Run(ReadOnlySpan<float> input, Span<float> output) =>
        (_sample ??= new Bound(this, 1)).Run(input, output);

    /// <inheritdoc/>
    private protected override void RunBatch(ReadOnlySpan<float> inputs, Span<float> outputs, int samples)
    {
        if (_input.Order is not null || _output.Order is not null || _input.BatchAxis < 0 || _input.FixedBatch > 0)
        {
            for (int i = 0; i < samples; i++)
            {
                Run(inputs.Slice(i * InputLength, InputLength), outputs.Slice(i * OutputLength, OutputLength));
            }

            return;
        }

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

            // A model of a fixed batch size is given that many samples, of which all but the first are zeros.
            int held = Math.Max(samples, owner._input.FixedBatch);
            _inputs = new AlignedBuffer(checked(held * owner.InputLength));
            _outputs = new AlignedBuffer(checked(held * owner.OutputLength));
            _inputTensor = owner._library.CreateTensor(_inputs.Pointer, Dimensions(owner._input));
            _outputTensor = owner._library.CreateTensor(_outputs.Pointer, Dimensions(owner._output));
            _binding = owner._library.CreateBinding(
                owner._session, owner._input.Name, _inputTensor, owner._output.Name, _outputTensor);

            int[] Dimensions(OnnxPort port) => [.. port.Dimensions.Select((length, axis) => axis == port.BatchAxis ? held : length)];
        }

        public int Samples { get; }

        public void Run(ReadOnlySpan<float> inputs, Span<float> outputs)
        {
            if (_owner._input.Order is { } order)
            {
                for (int i = 0; i < order.Count; i++) _inputs.Span[order[i]] = inputs[i];
            }
            else
            {
                inputs.CopyTo(_inputs.Span);
            }

            _owner._library.Run(_owner._session, _binding);
            if (_owner._output.Order is { } places)
            {
                for (int i = 0; i < places.Count; i++) outputs[i] = _outputs.Span[places[i]];
            }
            else
            {
                _outputs.Span[..outputs.Length].CopyTo(outputs);
            }
        }

        public void Dispose()
        {
            _binding.Dispose();
            _inputTensor.Dispose();
            _outputTensor.Dispose();
        }
    }
}
