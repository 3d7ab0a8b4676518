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

    /// <summary>A convolution of the given rows of weights, one a filter.</summary>
    public static ConvolutionLayer Convolution(
        string name, Shape input, Window window, float[][] filters, float[] biases, Activation activation, int groups = 1) => new(
        name, input, window, groups, SparseMatrix.FromDense(filters.Length, filters[0].Length, [.. filters.SelectMany(row => row)]),
        new FloatVector(biases), activation);

    /// <summary>A pooling with a square window that neither overlaps nor is padded.</summary>
    public static PoolingLayer Pooling(string name, Shape input, PoolingKind kind, int size) =>
        new(name, input, kind, Window.Square(size, size), Ceiling: false, CountPadding: false, Activation.Identity);

    /// <summary>A batch normalisation that multiplies by <paramref name="multipliers"/> and adds <paramref name="offsets"/>.</summary>
    public static BatchNormalizationLayer Normalization(
        string name, Shape input, float[] multipliers, float[] offsets, Activation activation) => new(
        name, input, new FloatVector(multipliers), new FloatVector(offsets), new FloatVector(new float[multipliers.Length]),
        new FloatVector([.. multipliers.Select(_ => 1f)]), Epsilon: 0, activation);

    /// <summary>A network of any layers over an image.</summary>
    public static Network Graph(Shape input, params Layer[] layers) => new("net", input, new EquatableArray<Layer>(layers), default);

    /// <summary>Such a network that no pass has seen.</summary>
    public static LoweredNetwork LoweredGraph(Shape input, params Layer[] layers) =>
        LoweringPipeline.Start(Graph(input, layers), LoweringOptions.Default);

    /// <summary>The layer that reads the ones of the given names.</summary>
    public static Layer Reading(this Layer layer, params string[] sources) => layer with { Sources = new EquatableArray<string>(sources) };

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
