using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Numerics;

namespace Espalier.Inference.Baselines.Libxsmm;

/// <summary>
/// LIBXSMM's products of a constant sparse matrix, layer by layer, samples in columns as the library wants them. Samples are taken a block
/// at a time: transposed, multiplied, and transposed back. Allocates no managed memory per call.
/// </summary>
public sealed unsafe class LibxsmmContender : DenseContender
{
    /// <summary>The samples of a block; the panel of 784 inputs then stays in the second cache.</summary>
    private const int BlockSamples = 64;

    private readonly LibxsmmLibrary _library;
    private readonly nint[] _products;
    private readonly AlignedBuffer _even, _odd;
    private readonly float[] _column;

    /// <summary>Generates code for the layers of <paramref name="network"/>.</summary>
    /// <exception cref="NotSupportedException">A layer is not dense, or the library generates no code for it.</exception>
    public LibxsmmContender(Network network, LibxsmmLibrary library)
        : base(ContenderNames.Libxsmm, network)
    {
        ArgumentNullException.ThrowIfNull(library);
        _library = library;
        _products = new nint[Layers.Count];
        for (int i = 0; i < _products.Length; i++)
        {
            SparseMatrix weights = Layers[i].Weights;
            _products[i] = library.Create(weights.ToDense(), weights.Rows, weights.Columns, BlockSamples);
            if (_products[i] == 0) throw new NotSupportedException($"Layer '{Layers[i].Name}': LIBXSMM generates no code for it.");
        }

        int longest = Math.Max(InputLength, Layers.Max(layer => layer.Weights.Rows));
        _even = new AlignedBuffer(longest * BlockSamples);
        _odd = new AlignedBuffer(longest * BlockSamples);
        _column = new float[Layers.Max(layer => layer.Weights.Rows)];
    }

    /// <inheritdoc/>
    private protected override void Run(ReadOnlySpan<float> input, Span<float> output) => RunBatch(input, output, 1);

    /// <inheritdoc/>
    private protected override void RunBatch(ReadOnlySpan<float> inputs, Span<float> outputs, int samples)
    {
        for (int first = 0; first < samples; first += BlockSamples)
        {
            int count = Math.Min(BlockSamples, samples - first);
            RunBlock(
                inputs.Slice(first * InputLength, count * InputLength), outputs.Slice(first * OutputLength, count * OutputLength), count);
        }

        GC.KeepAlive(this);  // The products hold bare pointers into this contender's buffers while they run.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (nint product in _products.Where(product => product != 0)) _library.Destroy(product);
        Array.Clear(_products);
        base.Dispose(disposing);
    }

    private void RunBlock(ReadOnlySpan<float> inputs, Span<float> outputs, int count)
    {
        Span<float> panel = _even.Span;
        for (int s = 0; s < count; s++)
        {
            for (int j = 0; j < InputLength; j++) panel[j * BlockSamples + s] = inputs[s * InputLength + j];
        }

        (AlignedBuffer from, AlignedBuffer to) = (_even, _odd);
        for (int i = 0; i < _products.Length; i++)
        {
            DenseLayer layer = Layers[i];
            _library.Execute(_products[i], from.Pointer, to.Pointer);
            for (int row = 0; row < layer.Weights.Rows; row++)
            {
                // The library's code writes nothing for a row without weights: what an earlier layer left there is no sum.
                Span<float> sums = to.Span.Slice(row * BlockSamples, BlockSamples);
                if (layer.Weights.RowCount(row) == 0) sums.Fill(layer.Biases[row]);
                else TensorPrimitives.Add(sums, layer.Biases[row], sums);
            }

            if (layer.Activation.IsElementwise)
            {
                ActivationFunction.Apply(layer.Activation, to.Span[..(layer.Weights.Rows * BlockSamples)], BlockSamples);
            }
            else
            {
                ApplyToColumns(layer, to.Span, count);
            }

            (from, to) = (to, from);
        }

        for (int s = 0; s < count; s++)
        {
            for (int row = 0; row < OutputLength; row++) outputs[s * OutputLength + row] = from.Span[row * BlockSamples + s];
        }
    }

    /// <summary>Applies what needs all outputs of a sample, which stand in a column here.</summary>
    private void ApplyToColumns(DenseLayer layer, Span<float> panel, int count)
    {
        Span<float> column = _column.AsSpan(0, layer.Weights.Rows);
        for (int s = 0; s < count; s++)
        {
            for (int row = 0; row < column.Length; row++) column[row] = panel[row * BlockSamples + s];
            ActivationFunction.Apply(layer.Activation, column, column.Length);
            for (int row = 0; row < column.Length; row++) panel[row * BlockSamples + s] = column[row];
        }
    }
}
