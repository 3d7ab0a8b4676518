using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Espalier.Inference.Baselines;

/// <summary>
/// Math.NET Numerics as its users write it: matrices times vectors, for a batch matrices times matrices with a sample in each
/// column, through the overloads that write into a given result.
/// </summary>
/// <remarks>
/// A new batch size allocates its matrices once; what the library allocates inside a call is its own affair. The number of
/// threads and the provider are global settings that only a program should make: <c>Control.UseSingleThread()</c> before measuring.
/// </remarks>
public sealed class MathNetContender : DenseContender
{
    private readonly bool _isSparse;
    private readonly Matrix<float>[] _weights;
    private readonly Vector<float>[] _biases, _vectors;
    private Matrix<float>[] _matrices = [];

    /// <summary>Makes the matrices of <paramref name="network"/>.</summary>
    /// <param name="network">A network of dense layers.</param>
    /// <param name="isSparse">Whether the weights are kept in the library's compressed rows instead of dense columns.</param>
    /// <exception cref="NotSupportedException">A layer is not dense.</exception>
    public MathNetContender(Network network, bool isSparse)
        : base(isSparse ? ContenderNames.MathNetSparse : ContenderNames.MathNetDense, network)
    {
        _isSparse = isSparse;
        _weights = [.. Layers.Select(layer => Matrix(layer.Weights, isSparse))];
        _biases = [.. Layers.Select(layer => Vector<float>.Build.Dense(layer.Biases.ToArray()))];
        _vectors = [Vector<float>.Build.Dense(InputLength), .. Layers.Select(layer => Vector<float>.Build.Dense(layer.Weights.Rows))];
    }

    /// <inheritdoc/>
    private protected override void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        input.CopyTo(_vectors[0].AsArray());
        for (int i = 0; i < _weights.Length; i++)
        {
            Clear(_vectors[i + 1].AsArray());
            _weights[i].Multiply(_vectors[i], _vectors[i + 1]);
            _vectors[i + 1].Add(_biases[i], _vectors[i + 1]);
            ActivationFunction.Apply(Layers[i].Activation, _vectors[i + 1].AsArray(), _vectors[i + 1].Count);
        }

        _vectors[^1].AsArray().CopyTo(output);
    }

    /// <inheritdoc/>
    private protected override void RunBatch(ReadOnlySpan<float> inputs, Span<float> outputs, int samples)
    {
        if (_matrices.Length == 0 || _matrices[0].ColumnCount != samples)
        {
            _matrices = [.. _vectors.Select(vector => Matrix<float>.Build.Dense(vector.Count, samples))];
        }

        inputs.CopyTo(_matrices[0].AsColumnMajorArray());
        for (int i = 0; i < _weights.Length; i++)
        {
            Clear(_matrices[i + 1].AsColumnMajorArray());
            _weights[i].Multiply(_matrices[i], _matrices[i + 1]);
            Span<float> columns = _matrices[i + 1].AsColumnMajorArray();
            float[] biases = _biases[i].AsArray();
            for (int start = 0; start < columns.Length; start += biases.Length)
            {
                Span<float> column = columns.Slice(start, biases.Length);
                TensorPrimitives.Add(column, biases, column);
            }

            ActivationFunction.Apply(Layers[i].Activation, columns, biases.Length);
        }

        _matrices[^1].AsColumnMajorArray().CopyTo(outputs);
    }

    // Math.NET 5.0 leaves alone what stands in the result at a sparse matrix's empty rows. Dense products write every element.
    private void Clear(float[] result)
    {
        if (_isSparse) Array.Clear(result);
    }

    private static Matrix<float> Matrix(SparseMatrix weights, bool isSparse) => isSparse
        ? Matrix<float>.Build.SparseOfRowMajor(weights.Rows, weights.Columns, weights.ToDense())
        : Matrix<float>.Build.DenseOfRowMajor(weights.Rows, weights.Columns, weights.ToDense());
}
