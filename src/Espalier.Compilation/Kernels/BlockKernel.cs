using System.Collections.Generic;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// Outputs in lanes, for patterns in which neighbouring units read the same inputs (N x 1 blocks): each input that any unit of a group
/// reads is broadcast and multiplied by a register of weights.
/// </summary>
/// <remarks>
/// Order of summation of a unit: the inputs that its group reads, counted in the order of the columns, go to partial sums 0 to 3 in turn,
/// of which p0 starts at the bias; the sum is (p0 + p1) + (p2 + p3); a multiply-add is rounded once where it is fused. Weights of zero
/// within a block are multiplied too, so an infinity or a NaN may spread within a group, as in dense code.
/// </remarks>
internal sealed class BlockKernel : VectorKernel
{
    private const int Steps = 4;

    /// <inheritdoc/>
    public override KernelKind Kind => KernelKind.Block;

    /// <inheritdoc/>
    public override bool Offers(DenseLayer layer, VectorWidth width) => base.Offers(layer, width) && layer.Weights.Count > 0;

    /// <inheritdoc/>
    /// <remarks>
    /// Measured on a Zen 5 core: 0.1 cycle a slot with 512 bits, 0.15 with 256 (reference layers of 80 to 95 % sparsity).
    /// </remarks>
    public override KernelEstimate Estimate(DenseLayer layer, VectorWidth width)
    {
        int lanes = width.Lanes();
        long steps = 0;
        int groups = Groups(layer, lanes);
        for (int group = 0; group < groups; group++) steps += RoundedUp(GroupColumns(layer.Weights, group, lanes).Count);
        double step = width == VectorWidth.Vector512 ? 0.4 : 0.3;
        double fill = steps == 0 ? 1 : (double)layer.Weights.Count / (steps * lanes);
        return new KernelEstimate(
            1 + step * steps + 1.0 * groups + EndNanoseconds(layer, lanes), 250, (steps + groups) * (4L * lanes + 2), fill);
    }

    /// <inheritdoc/>
    public override void Emit(CSharpWriter writer, KernelSite site)
    {
        int lanes = site.Width.Lanes();
        var weights = new List<float>();
        var columns = new List<int>();
        var counts = new List<uint>();
        for (int group = 0; group < Groups(site.Dense, lanes); group++)
        {
            List<int> read = GroupColumns(site.Dense.Weights, group, lanes);
            counts.Add((uint)RoundedUp(read.Count) / Steps);
            AddWeights(weights, site.Dense.Weights, group * lanes, lanes, read);
            columns.AddRange(read);

            // What rounds the count up multiplies the first input by zero.
            for (int i = read.Count; i < RoundedUp(read.Count); i++) columns.Add(read.Count > 0 ? read[0] : 0);
        }

        bool isShort = HexTable.FitsShort(site.Dense.Weights.Columns);
        var table = new AlignedTable();
        table.Add([.. weights]);
        int biases = table.Add(PaddedBiases(site.Dense, lanes)), ends = table.Add([.. counts]);
        int indices = isShort
            ? table.Add(columns.ConvertAll(c => (ushort)c).ToArray())
            : table.Add(columns.ConvertAll(c => (uint)c).ToArray());
        string type = isShort ? "ushort" : "int";
        int bits = site.Width.Bits();

        EmitHead(writer, site);
        writer.Line(AlignedTable.Part("float", "biases", biases));
        writer.Line(AlignedTable.Part("int", "quads", ends));
        writer.Line(AlignedTable.Part(type, "column", indices));
        writer.Open($"for (nuint unit = 0; unit < {Groups(site.Dense, lanes) * lanes}; unit += {lanes})");
        writer.Line($"Floats{bits} p0 = Load{bits}(ref biases, unit), p1 = default, p2 = default, p3 = default;");
        writer.Line("int left = quads;");
        writer.Line("quads = ref Next(ref quads, 1);");
        writer.Open("for (; left > 0; left--)");
        for (int step = 0; step < Steps; step++)
        {
            string input = $"Simd{bits}.Create(Next(ref x, Next(ref column, {step})))";
            writer.Line($"p{step} = MultiplyAdd({input}, Load{bits}(ref w, {step * lanes}), p{step});");
        }

        writer.Line($"w = ref Next(ref w, {Steps * lanes});");
        writer.Line($"column = ref Next(ref column, {Steps});");
        writer.Close();
        writer.Line();
        writer.Line(Store(site.Dense, "(p0 + p1) + (p2 + p3)", "unit"));
        writer.Close();
        EmitEnd(writer, site);
        writer.Line();
        table.Write(writer, site.Method);
    }

    private static int RoundedUp(int count) => Simd.RoundUp(count, Steps);

    /// <summary>The columns that any unit of a group reads, ascending.</summary>
    private static List<int> GroupColumns(SparseMatrix weights, int group, int lanes)
    {
        var isRead = new bool[weights.Columns];
        int end = System.Math.Min(weights.Rows, (group + 1) * lanes);
        for (int i = weights.RowStart(group * lanes); i < weights.RowStart(end); i++) isRead[weights.ColumnIndex(i)] = true;
        var columns = new List<int>();
        for (int column = 0; column < isRead.Length; column++)
        {
            if (isRead[column]) columns.Add(column);
        }

        return columns;
    }

    private static void AddWeights(List<float> slots, SparseMatrix weights, int firstUnit, int lanes, List<int> columns)
    {
        var block = new float[RoundedUp(columns.Count) * lanes];
        for (int unit = firstUnit; unit < System.Math.Min(weights.Rows, firstUnit + lanes); unit++)
        {
            int at = 0;
            for (int i = weights.RowStart(unit); i < weights.RowStart(unit + 1); i++)
            {
                while (columns[at] < weights.ColumnIndex(i)) at++;
                block[at * lanes + unit - firstUnit] = weights.Value(i);
            }
        }

        slots.AddRange(block);
    }
}
