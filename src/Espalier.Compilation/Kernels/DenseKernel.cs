using System;
using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// Outputs in lanes, zero weights included: up to eight registers of outputs at a time, whose weights lie interleaved input by input, so
/// that one stream is read from front to back and no sum runs across lanes. For layers too full to gain from their zeros.
/// </summary>
/// <remarks>
/// Eight independent sums hide the latency of the multiply-add (four cycles, two a cycle): eight registers, four in two phases, two in
/// four, or one in eight. Order of summation of a unit: input j goes to the partial sum of phase j mod phases, those that a whole round
/// of phases does not hold to phase 0; phase 0 starts at the bias; the partial sums are added pair by pair.
/// </remarks>
internal sealed class DenseKernel : VectorKernel
{
    private const int Sums = 8;

    /// <inheritdoc/>
    public override KernelKind Kind => KernelKind.Dense;

    /// <inheritdoc/>
    /// <remarks>Beyond that a table would not fit an array.</remarks>
    public override bool Offers(DenseLayer layer, VectorWidth width) =>
        base.Offers(layer, width) && (long)Groups(layer, width.Lanes()) * width.Lanes() * layer.Weights.Columns < 1 << 28;

    /// <inheritdoc/>
    /// <remarks>
    /// Measured on a Zen 5 core: 0.05 cycle a weight from the nearest cache and 0.09 beyond with 512 bits, 0.09 and 0.12 with 256.
    /// </remarks>
    public override KernelEstimate Estimate(DenseLayer layer, VectorWidth width)
    {
        int lanes = width.Lanes();
        long slots = (long)Groups(layer, lanes) * lanes * layer.Weights.Columns;
        bool isNear = sizeof(float) * slots <= Caches.NearBytes;
        double cycles = width switch
        {
            VectorWidth.Vector512 => isNear ? 0.05 : 0.09,
            VectorWidth.Vector256 => isNear ? 0.09 : 0.12,
            _ => 0.25,
        };
        double time = 2 + Nanoseconds(cycles * slots) + EndNanoseconds(layer, lanes);
        long biases = (long)Groups(layer, lanes) * lanes;
        return new KernelEstimate(time, 600, sizeof(float) * (slots + biases), (double)layer.Weights.Count / slots);
    }

    /// <inheritdoc/>
    public override void Emit(CSharpWriter writer, KernelSite site)
    {
        int lanes = site.Width.Lanes();
        List<(int Registers, int Times)> chunks = Chunks(Groups(site.Dense, lanes));
        var table = new AlignedTable();
        table.Add(Weights(site.Dense.Weights, lanes, chunks));
        int biases = table.Add(PaddedBiases(site.Dense, lanes));
        EmitHead(writer, site);
        writer.Line(AlignedTable.Part("float", "biases", biases));
        writer.Line("nuint unit = 0;");
        foreach ((int registers, int times) in chunks)
        {
            writer.Line();
            if (times > 1) writer.Open($"for (int chunk = 0; chunk < {times}; chunk++)");
            else writer.Open();
            EmitChunk(writer, site, registers, lanes);
            writer.Close();
        }

        EmitEnd(writer, site);
        writer.Line();
        table.Write(writer, site.Method);
    }

    /// <summary>How many registers of outputs are computed together, and how often: eights, then a four, a two and a one.</summary>
    private static List<(int Registers, int Times)> Chunks(int groups)
    {
        var chunks = new List<(int, int)>();
        for (int registers = Sums; registers >= 1; registers /= 2)
        {
            if (groups / registers > 0) chunks.Add((registers, groups / registers));
            groups %= registers;
        }

        return chunks;
    }

    private static float[] Weights(SparseMatrix weights, int lanes, List<(int Registers, int Times)> chunks)
    {
        var slots = new List<float>();
        int first = 0;
        foreach (int registers in chunks.SelectMany(chunk => Enumerable.Repeat(chunk.Registers, chunk.Times)))
        {
            int width = registers * lanes;
            var chunk = new float[width * weights.Columns];
            for (int unit = first; unit < Math.Min(weights.Rows, first + width); unit++)
            {
                for (int i = weights.RowStart(unit); i < weights.RowStart(unit + 1); i++)
                {
                    chunk[weights.ColumnIndex(i) * width + unit - first] = weights.Value(i);
                }
            }

            slots.AddRange(chunk);
            first += width;
        }

        return [.. slots];
    }

    private static void EmitChunk(CSharpWriter writer, KernelSite site, int registers, int lanes)
    {
        int phases = Math.Min(Sums / registers, site.Dense.Weights.Columns), columns = site.Dense.Weights.Columns;
        int bits = site.Width.Bits();
        for (int r = 0; r < registers; r++)
        {
            string others = string.Concat(Enumerable.Range(1, phases - 1).Select(phase => $", s{r}{phase} = default"));
            writer.Line($"Floats{bits} s{r}0 = Load{bits}(ref biases, unit + {r * lanes}){others};");
        }

        EmitLoop("0", columns - columns % phases, phases);
        if (columns % phases != 0) EmitLoop($"{columns - columns % phases}", columns, 1);
        for (int r = 0; r < registers; r++) writer.Line(Store(site.Dense, Sum(r, 0, phases), $"unit + {r * lanes}"));
        writer.Line($"unit += {registers * lanes};");

        void EmitLoop(string start, int end, int step)
        {
            writer.Open($"for (int j = {start}; j < {end}; j += {step})");
            for (int phase = 0; phase < step; phase++)
            {
                writer.Line($"Floats{bits} x{phase} = Simd{bits}.Create(Next(ref x, j{(phase == 0 ? "" : $" + {phase}")}));");
                for (int r = 0; r < registers; r++)
                {
                    int at = (phase * registers + r) * lanes;
                    writer.Line($"s{r}{phase} = MultiplyAdd(x{phase}, Load{bits}(ref w, {at}), s{r}{phase});");
                }
            }

            writer.Line($"w = ref Next(ref w, {step * registers * lanes});");
            writer.Close();
        }
    }

    private static string Sum(int register, int first, int count) => count == 1
        ? $"s{register}{first}"
        : $"({Sum(register, first, count / 2)} + {Sum(register, first + count / 2, count - count / 2)})";
}
