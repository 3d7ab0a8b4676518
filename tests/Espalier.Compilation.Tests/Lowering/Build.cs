using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering;

/// <summary>Small networks, written out.</summary>
internal static class Build
{
    /// <summary>A layer of the given rows of weights.</summary>
    public static DenseLayer Layer(string name, float[][] rows, float[] biases, Activation activation) => new(
        name, SparseMatrix.FromDense(rows.Length, rows[0].Length, [.. rows.SelectMany(row => row)]), new FloatVector(biases), activation);

    /// <summary>A network of the given layers.</summary>
    public static Network Network(params DenseLayer[] layers) =>
        new("net", Shape.Flat(layers[0].Weights.Columns), new EquatableArray<Layer>(layers), default);

    /// <summary>A network that no pass has seen.</summary>
    public static LoweredNetwork Lowered(params DenseLayer[] layers) => LoweringPipeline.Start(Network(layers), LoweringOptions.Default);

    /// <summary>A layer of one output that reads all of <paramref name="inputs"/> with weight 1.</summary>
    public static DenseLayer SumLayer(string name, int inputs) =>
        Layer(name, [[.. Enumerable.Repeat(1f, inputs)]], [0], Activation.Identity);

    /// <summary>A matrix whose row r holds counts[r] weights 1, 2, ... from column 0 on.</summary>
    public static SparseMatrix Rows(int columns, params int[] counts)
    {
        var starts = new int[counts.Length + 1];
        var indices = new List<int>();
        foreach ((int row, int count) in counts.Index())
        {
            indices.AddRange(Enumerable.Range(0, count));
            starts[row + 1] = indices.Count;
        }

        return new SparseMatrix(counts.Length, columns, starts, [.. indices], [.. indices.Select(index => index + 1f)]);
    }
}
