using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// A scalar loop over compressed sparse rows: weights, column indices (16 bits where they fit), the end of each row, and biases are
/// constant tables in the assembly. Costs next to nothing to compile, and streams 6 bytes a weight where straight-line code fetches 20.
/// </summary>
internal sealed class TableKernel : ScalarKernel
{
    /// <inheritdoc/>
    public override KernelKind Kind => KernelKind.Table;

    /// <inheritdoc/>
    /// <remarks>
    /// Measured on a Zen 5 core: 1.05 cycles a term from 500 to 21,000 terms, and 2 to 3 a row when the ends of the rows are predicted
    /// well.
    /// </remarks>
    public override KernelEstimate Estimate(DenseLayer layer, VectorWidth width)
    {
        SparseMatrix weights = layer.Weights;
        double cycles = 1.05 * weights.Count + 4.0 * weights.Rows + ActivationCycles(layer);
        long bytes = (sizeof(float) + (HasShortColumns(weights) ? sizeof(ushort) : sizeof(int))) * (long)weights.Count
            + (sizeof(int) + sizeof(float)) * (long)weights.Rows;
        return new KernelEstimate(Nanoseconds(cycles), 250, bytes);
    }

    /// <inheritdoc/>
    public override void Emit(CSharpWriter writer, KernelSite site)
    {
        DenseLayer layer = site.Dense;
        SparseMatrix weights = layer.Weights;
        string column = HasShortColumns(weights) ? "ushort" : "int", prefix = site.Method;
        writer.Open($"internal static void {prefix}{LayerParameters}");
        writer.Lines(HexTable.EndianCheck);
        writer.Line();
        writer.Lines($$"""
            input = input.Slice(0, {{weights.Columns}});
            output = output.Slice(0, {{weights.Rows}});
            global::System.ReadOnlySpan<float> weights = {{HexTable.View("float", prefix + "Weights")}};
            global::System.ReadOnlySpan<{{column}}> columns = {{HexTable.View(column, prefix + "Columns")}};
            global::System.ReadOnlySpan<int> rowEnds = {{HexTable.View("int", prefix + "RowEnds")}};
            global::System.ReadOnlySpan<float> biases = {{HexTable.View("float", prefix + "Biases")}};
            int start = 0;
            """);
        writer.Open("for (int row = 0; row < output.Length; row++)");
        writer.Line("int end = rowEnds[row];");
        EmitSum(writer, column, "biases[row]", "input");
        writer.Line($"output[row] = {ActivationSource.Call(layer.Activation, "(p0 + p1) + (p2 + p3)")};");
        writer.Line("start = end;");
        writer.Close();
        EmitSoftmax(writer, layer.Activation);
        writer.Close();
        writer.Line();
        HexTable.Write(writer, prefix + "Weights", weights.RawValues);
        writer.Line();
        if (HasShortColumns(weights)) HexTable.WriteShorts(writer, prefix + "Columns", weights.RawColumnIndices);
        else HexTable.WriteInts(writer, prefix + "Columns", weights.RawColumnIndices);
        writer.Line();
        HexTable.WriteInts(writer, prefix + "RowEnds", weights.RawRowStarts, first: 1);
        writer.Line();
        HexTable.Write(writer, prefix + "Biases", layer.Biases.Raw);
    }

    /// <summary>
    /// Writes what adds up the terms from <c>start</c> to <c>end</c> of the spans <c>weights</c> and <c>columns</c>:
    /// the partial sums p0 to p3.
    /// </summary>
    /// <param name="writer">Where to.</param>
    /// <param name="column">The type of the columns.</param>
    /// <param name="bias">The expression that the first partial sum begins with.</param>
    /// <param name="input">The span that the columns count in.</param>
    internal static void EmitSum(CSharpWriter writer, string column, string bias, string input) => writer.Lines($$"""
        global::System.ReadOnlySpan<float> w = weights.Slice(start, end - start);
        global::System.ReadOnlySpan<{{column}}> c = columns.Slice(start, end - start);
        float p0 = {{bias}}, p1 = -0f, p2 = -0f, p3 = -0f;
        while (w.Length >= 4 && c.Length >= 4)
        {
            p0 += {{input}}[c[0]] * w[0];
            p1 += {{input}}[c[1]] * w[1];
            p2 += {{input}}[c[2]] * w[2];
            p3 += {{input}}[c[3]] * w[3];
            w = w.Slice(4);
            c = c.Slice(4);
        }

        if (w.Length > 0) p0 += {{input}}[c[0]] * w[0];
        if (w.Length > 1) p1 += {{input}}[c[1]] * w[1];
        if (w.Length > 2) p2 += {{input}}[c[2]] * w[2];
        """);

    private static bool HasShortColumns(SparseMatrix weights) => HexTable.FitsShort(weights.Columns);
}
