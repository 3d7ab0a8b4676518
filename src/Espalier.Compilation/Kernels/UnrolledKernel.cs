using System;
using System.Collections.Generic;
using System.Text;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// Straight-line scalar code: one multiply-add for each surviving weight, weight and input index as constants. For small layers, very
/// sparse layers and machines without vectors; large ones lose to a loop, because code is fetched more slowly than tables are streamed.
/// </summary>
internal sealed class UnrolledKernel : ScalarKernel
{
    /// <summary>What a unit costs besides its terms (bias, sum of the partial sums, activation, store), in terms.</summary>
    private const int UnitTerms = 3;

    /// <summary>
    /// How many terms of one partial sum stand in one statement. It makes no difference to the running time (0.25 ns a term from 1 term a
    /// statement to one expression for a whole partial sum, Zen 5), but the C# compiler takes a sixth less time than with a statement a
    /// term, and lines stay short.
    /// </summary>
    private const int StatementTerms = 4;

    internal const string Optimize = "[global::System.Runtime.CompilerServices.MethodImpl("
        + "global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]";

    /// <summary>The declaration of the partial sums that rows of 0 to 4 terms reach.</summary>
    private static readonly string[] s_declarations = ["", "float p0;", "float p0, p1;", "float p0, p1, p2;", "float p0, p1, p2, p3;"];

    /// <inheritdoc/>
    public override KernelKind Kind => KernelKind.Unrolled;

    /// <inheritdoc/>
    /// <remarks>
    /// Measured on a Zen 5 core: 1.05 cycles a term (two loads each, two load ports) while the code stays in the caches near the core,
    /// 1.4 at 0.4 MB; 19 to 20 bytes a term.
    /// </remarks>
    public override KernelEstimate Estimate(DenseLayer layer, VectorWidth width)
    {
        long codeBytes = 20L * layer.Weights.Count + 40L * layer.Weights.Rows;
        double termCycles = codeBytes > 128 * 1024 ? 1.4 : 1.05;
        double cycles = termCycles * layer.Weights.Count + layer.Weights.Rows + ActivationCycles(layer);
        return new KernelEstimate(Nanoseconds(cycles), codeBytes, 0);
    }

    /// <inheritdoc/>
    protected override IEnumerable<MethodPart> Split(int index, DenseLayer layer, int methodTerms)
    {
        SparseMatrix weights = layer.Weights;
        int first = 0, open = 0;
        for (int unit = 0; unit < weights.Rows; unit++)
        {
            int cost = weights.RowCount(unit) + UnitTerms;
            if (unit > first && open + cost > methodTerms)
            {
                yield return WholeUnits(index, weights, first, unit);
                (first, open) = (unit, 0);
            }

            open += cost;
            if (cost <= methodTerms) continue;

            int pieceTerms = methodTerms - methodTerms % PartialSums, end = weights.RowStart(unit + 1);
            for (int start = weights.RowStart(unit); start < end; start += pieceTerms)
            {
                yield return new MethodPart(index, unit, 1, start, Math.Min(pieceTerms, end - start), IsPiece: true);
            }

            (first, open) = (unit + 1, 0);
        }

        if (first < weights.Rows) yield return WholeUnits(index, weights, first, weights.Rows);
    }

    /// <inheritdoc/>
    public override void Emit(CSharpWriter writer, KernelSite site)
    {
        (string method, DenseLayer layer, IReadOnlyList<MethodPart> parts) = (site.Method, site.Dense, site.Parts);
        if (parts.Count == 1 && !parts[0].IsPiece)
        {
            EmitUnits(writer, layer, parts[0], method);
            return;
        }

        EmitCalls(writer, site);
        for (int i = 0; i < parts.Count; i++)
        {
            writer.Line();
            if (parts[i].IsPiece) EmitPiece(writer, layer, parts[i], $"{method}Part{i}");
            else EmitUnits(writer, layer, parts[i], $"{method}Part{i}");
        }
    }

    private static MethodPart WholeUnits(int index, SparseMatrix weights, int first, int end) =>
        new(index, first, end - first, weights.RowStart(first), weights.RowStart(end) - weights.RowStart(first), IsPiece: false);

    /// <summary>The method of a layer that is split: calls its parts in order.</summary>
    private static void EmitCalls(CSharpWriter writer, KernelSite site)
    {
        (string method, DenseLayer layer, IReadOnlyList<MethodPart> parts) = (site.Method, site.Dense, site.Parts);
        writer.Open($"internal static void {method}{LayerParameters}");
        for (int i = 0; i < parts.Count; i++)
        {
            MethodPart part = parts[i];
            if (!part.IsPiece)
            {
                writer.Line($"{method}Part{i}(input, output);");
                continue;
            }

            int unit = part.FirstUnit;
            writer.Open();
            writer.Line($"float p0 = {FloatLiteral.Of(layer.Biases[unit])}, p1 = -0f, p2 = -0f, p3 = -0f;");
            for (; i < parts.Count && parts[i].IsPiece && parts[i].FirstUnit == unit; i++)
            {
                writer.Line($"{method}Part{i}(input, ref p0, ref p1, ref p2, ref p3);");
            }

            i--;
            writer.Line($"output[{unit}] = {ActivationSource.Call(layer.Activation, "(p0 + p1) + (p2 + p3)")};");
            writer.Close();
        }

        EmitSoftmax(writer, layer.Activation);
        writer.Close();
    }

    /// <summary>A method that computes some units whole. It ends with the softmax when it is the whole layer.</summary>
    private static void EmitUnits(CSharpWriter writer, DenseLayer layer, MethodPart part, string name)
    {
        SparseMatrix weights = layer.Weights;
        bool isWholeLayer = part.UnitCount == weights.Rows;
        if (!isWholeLayer)
        {
            int last = part.FirstUnit + part.UnitCount - 1;
            string units = $"units {part.FirstUnit} to {last} of {weights.Rows}";
            writer.Line($"/// <summary>{layer.Name}, {units}: {part.TermCount} terms.</summary>");
        }

        writer.Line(Optimize);
        writer.Open($"{(isWholeLayer ? "internal" : "private")} static void {name}{LayerParameters}");
        EmitSlice(writer, weights);
        writer.Line($"output = output.Slice(0, {weights.Rows});");
        int longest = 0;
        for (int unit = part.FirstUnit; unit < part.FirstUnit + part.UnitCount; unit++) longest = Math.Max(longest, weights.RowCount(unit));
        EmitDeclaration(writer, longest);
        for (int unit = part.FirstUnit; unit < part.FirstUnit + part.UnitCount; unit++)
        {
            int count = weights.RowCount(unit);
            string bias = FloatLiteral.Of(layer.Biases[unit]);
            EmitTerms(writer, weights, weights.RowStart(unit), count, bias, FromSpan);
            writer.Line($"output[{unit}] = {ActivationSource.Call(layer.Activation, Sum(count, bias))};");
        }

        if (isWholeLayer) EmitSoftmax(writer, layer.Activation);
        writer.Close();
    }

    /// <summary>A method that adds some terms of one unit to the partial sums that the caller holds.</summary>
    private static void EmitPiece(CSharpWriter writer, DenseLayer layer, MethodPart part, string name)
    {
        int first = part.FirstTerm - layer.Weights.RowStart(part.FirstUnit);
        int last = first + part.TermCount - 1;
        writer.Line($"/// <summary>{layer.Name}, unit {part.FirstUnit} of {layer.Weights.Rows}: its terms {first} to {last}.</summary>");
        writer.Line(Optimize);
        writer.Open($"private static void {name}("
            + "global::System.ReadOnlySpan<float> input, ref float sum0, ref float sum1, ref float sum2, ref float sum3)");
        EmitSlice(writer, layer.Weights);
        writer.Line("float p0 = sum0, p1 = sum1, p2 = sum2, p3 = sum3;");
        EmitTerms(writer, layer.Weights, part.FirstTerm, part.TermCount, bias: null, FromSpan);
        for (int k = 0; k < PartialSums; k++) writer.Line($"sum{k} = p{k};");
        writer.Close();
    }

    /// <summary>
    /// The multiply-adds of consecutive terms of a row, whose inputs <paramref name="source"/> spells. With a bias they begin the partial
    /// sums, without one they continue them.
    /// </summary>
    internal static void EmitTerms(
        CSharpWriter writer, SparseMatrix weights, int start, int count, string? bias, Action<StringBuilder, int> source)
    {
        const int BlockTerms = PartialSums * StatementTerms;
        for (int block = 0; block < count; block += BlockTerms)
        {
            int blockEnd = Math.Min(count, block + BlockTerms);
            for (int partial = 0; partial < PartialSums && block + partial < blockEnd; partial++)
            {
                StringBuilder line = writer.StartLine().Append('p').Append(partial).Append(" = ");
                string separator = " + ";
                if (block > 0 || bias is null) line.Append('p').Append(partial);
                else if (partial == 0) line.Append(bias);
                else separator = "";
                for (int term = block + partial; term < blockEnd; term += PartialSums)
                {
                    int position = start + term;
                    line.Append(separator);
                    source(line, weights.ColumnIndex(position));
                    line.Append(" * ").Append(FloatLiteral.Of(weights.Value(position)));
                    separator = " + ";
                }

                line.Append(";\n");
            }
        }
    }

    /// <summary>The declaration of the partial sums that rows of up to <paramref name="longest"/> terms reach.</summary>
    internal static void EmitDeclaration(CSharpWriter writer, int longest)
    {
        if (longest > 0) writer.Line(s_declarations[Math.Min(longest, PartialSums)]);
    }

    /// <summary>An input as an element of the span <c>input</c>.</summary>
    internal static void FromSpan(StringBuilder line, int index) => line.Append("input[").Append(index).Append(']');

    /// <summary>Makes the input's length a constant for the JIT: one check here, and none at the elements.</summary>
    private static void EmitSlice(CSharpWriter writer, SparseMatrix weights)
    {
        if (weights.Count > 0) writer.Line($"input = input.Slice(0, {weights.Columns});");
    }

    /// <summary>The sum of the partial sums that <paramref name="count"/> terms reach.</summary>
    internal static string Sum(int count, string bias) => count switch
    {
        0 => bias,
        1 => "p0",
        2 => "p0 + p1",
        3 => "(p0 + p1) + p2",
        _ => "(p0 + p1) + (p2 + p3)",
    };
}
