using System.Collections.Generic;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Kernels.Permute;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// Outputs in lanes, for any pattern of zeros: a packet loads four blocks of inputs and takes four steps, in each of which a two-source
/// permute brings every lane one input of a pair of the blocks and a multiply-add takes it up. <see cref="PermuteSchedule"/> decides
/// which blocks and weights make a packet.
/// </summary>
/// <remarks>
/// Order of summation of a unit: step s of its packets goes to partial sum s, of which p0 starts at the bias; the sum is
/// (p0 + p1) + (p2 + p3); each multiply-add is rounded once. A slot that no weight fills multiplies an input by zero, so an infinity or
/// a NaN among the inputs may make NaN of units that do not depend on it, as in dense code.
/// </remarks>
internal sealed class PermuteKernel : VectorKernel
{
    private const int MaxColumns = 1 << 16;

    /// <inheritdoc/>
    public override KernelKind Kind => KernelKind.Permute;

    /// <inheritdoc/>
    public override bool ReadsBlocks => true;

    /// <inheritdoc/>
    /// <remarks>Registers of four lanes were estimated to lose to scalar code: a packet there serves 16 slots at the same cost.</remarks>
    public override bool Offers(DenseLayer layer, VectorWidth width) =>
        width is VectorWidth.Vector256 or VectorWidth.Vector512
        && layer.Weights.Count > 0 && Simd.RoundUp(layer.Weights.Columns, width.Lanes()) < MaxColumns;

    /// <inheritdoc/>
    protected override IEnumerable<string> Functions(DenseLayer layer) => [.. base.Functions(layer), "LoadInts", "Pick"];

    /// <inheritdoc/>
    /// <remarks>
    /// Measured on a Zen 5 core with 512 bits: 1.6 ns a packet while the tables stay in the nearest cache, 1.95 ns beyond.
    /// </remarks>
    public override KernelEstimate Estimate(DenseLayer layer, VectorWidth width)
    {
        int lanes = width.Lanes();
        PermuteSchedule schedule = ScheduleCache.Of(layer.Weights, lanes);
        long tableBytes = schedule.PacketCount * (20L * lanes + 8) + schedule.GroupCount * (4L * lanes + 2);
        double packet = width == VectorWidth.Vector512 ? (tableBytes > Caches.NearBytes ? 1.95 : 1.6) : 1.5;
        double time = 6 + packet * schedule.PacketCount + 1.5 * schedule.GroupCount + EndNanoseconds(layer, lanes);
        return new KernelEstimate(time, 300, tableBytes, schedule.Fill);
    }

    /// <inheritdoc/>
    public override void Emit(CSharpWriter writer, KernelSite site)
    {
        int lanes = site.Width.Lanes();
        PermuteSchedule schedule = ScheduleCache.Of(site.Dense.Weights, lanes);
        var table = new AlignedTable();
        table.Add(Weights(schedule, site.Dense.Weights));
        int index = table.Add(Indices(schedule)), biases = table.Add(PaddedBiases(site.Dense, lanes));
        int blocks = table.Add(Blocks(schedule)), counts = table.Add(Counts(schedule));
        int bits = site.Width.Bits();

        EmitHead(writer, site);
        writer.Line(AlignedTable.Part("int", "picks", index));
        writer.Line(AlignedTable.Part("float", "biases", biases));
        writer.Line(AlignedTable.Part("ulong", "blocks", blocks));
        writer.Line(AlignedTable.Part("ushort", "packets", counts));
        writer.Open($"for (nuint unit = 0; unit < {schedule.GroupCount * lanes}; unit += {lanes})");
        writer.Lines($$"""
            Floats{{bits}} p0 = Load{{bits}}(ref biases, unit), p1 = default, p2 = default, p3 = default;
            int left = packets;
            packets = ref Next(ref packets, 1);
            do
            {
                Ints{{bits}} pick = LoadInts{{bits}}(ref picks);
                ulong four = blocks;
                Floats{{bits}} a = Load{{bits}}(ref x, (nuint)(four & 0xFFFF)), b = Load{{bits}}(ref x, (nuint)((four >> 16) & 0xFFFF));
                Floats{{bits}} c = Load{{bits}}(ref x, (nuint)((four >> 32) & 0xFFFF)), d = Load{{bits}}(ref x, (nuint)(four >> 48));
                p0 = MultiplyAdd(Pick(a, b, pick), Load{{bits}}(ref w, 0), p0);
                p1 = MultiplyAdd(Pick(c, d, Simd{{bits}}.ShiftRightLogical(pick, 8)), Load{{bits}}(ref w, {{lanes}}), p1);
                p2 = MultiplyAdd(Pick(a, c, Simd{{bits}}.ShiftRightLogical(pick, 16)), Load{{bits}}(ref w, {{2 * lanes}}), p2);
                p3 = MultiplyAdd(Pick(b, d, Simd{{bits}}.ShiftRightLogical(pick, 24)), Load{{bits}}(ref w, {{3 * lanes}}), p3);
                w = ref Next(ref w, {{4 * lanes}});
                picks = ref Next(ref picks, {{lanes}});
                blocks = ref Next(ref blocks, 1);
            }
            while (--left > 0);

            {{Store(site.Dense, "(p0 + p1) + (p2 + p3)", "unit")}}
            """);
        writer.Close();
        EmitEnd(writer, site);
        writer.Line();
        table.Write(writer, site.Method);
    }

    private static float[] Weights(PermuteSchedule schedule, SparseMatrix weights)
    {
        var slots = new float[schedule.PacketCount * 4 * schedule.Lanes];
        int at = 0;
        for (int packet = 0; packet < schedule.PacketCount; packet++)
        {
            for (int step = 0; step < 4; step++)
            {
                for (int lane = 0; lane < schedule.Lanes; lane++, at++)
                {
                    int position = schedule.Slot(packet, step, lane);
                    if (position >= 0) slots[at] = weights.Value(position);
                }
            }
        }

        return slots;
    }

    /// <summary>For each packet and lane, which input of its pair each step takes: byte s is that of step s.</summary>
    private static uint[] Indices(PermuteSchedule schedule)
    {
        var picks = new uint[schedule.PacketCount * schedule.Lanes];
        for (int i = 0; i < picks.Length; i++)
        {
            for (int step = 0; step < 4; step++)
            {
                picks[i] |= (uint)schedule.Source(i / schedule.Lanes, step, i % schedule.Lanes) << (8 * step);
            }
        }

        return picks;
    }

    /// <summary>
    /// The first input of each block of each packet, 16 bits each: the four of a packet are read as one number, which takes 0.15 ns a
    /// packet less than four reads (Zen 5).
    /// </summary>
    private static ushort[] Blocks(PermuteSchedule schedule)
    {
        var blocks = new ushort[4 * schedule.PacketCount];
        for (int i = 0; i < blocks.Length; i++) blocks[i] = checked((ushort)(schedule.Block(i / 4, i % 4) * schedule.Lanes));
        return blocks;
    }

    private static ushort[] Counts(PermuteSchedule schedule)
    {
        var counts = new ushort[schedule.GroupCount];
        for (int g = 0; g < counts.Length; g++) counts[g] = checked((ushort)(schedule.GroupStart(g + 1) - schedule.GroupStart(g)));
        return counts;
    }
}
