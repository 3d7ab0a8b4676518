using System.Collections.Generic;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit.Plain;

/// <summary>A dense layer as straight-line plain C#: a statement for each surviving weight, in methods of bounded size.</summary>
internal static class PlainUnrolled
{
    /// <summary>Writes the layer's method, and those that it is divided into.</summary>
    public static void Write(CSharpWriter writer, string method, DenseLayer layer, IReadOnlyList<MethodPart> parts)
    {
        if (parts.Count == 1 && !parts[0].IsPiece)
        {
            WriteUnits(writer, layer, parts[0], $"internal static void {method}");
            return;
        }

        WriteCalls(writer, method, layer, parts);
        for (int i = 0; i < parts.Count; i++)
        {
            writer.Line();
            if (parts[i].IsPiece) WritePiece(writer, layer, parts[i], $"{method}Part{i}");
            else WriteUnits(writer, layer, parts[i], $"private static void {method}Part{i}");
        }
    }

    private static void WriteCalls(CSharpWriter writer, string method, DenseLayer layer, IReadOnlyList<MethodPart> parts)
    {
        writer.Open($"internal static void {method}(float[] input, float[] output)");
        for (int i = 0; i < parts.Count; i++)
        {
            if (!parts[i].IsPiece)
            {
                writer.Line($"{method}Part{i}(input, output);");
                continue;
            }

            int unit = parts[i].FirstUnit;
            writer.Open();
            writer.Line($"float p0 = {FloatLiteral.Of(layer.Biases[unit])}, p1 = -0f, p2 = -0f, p3 = -0f;");
            for (; i < parts.Count && parts[i].IsPiece && parts[i].FirstUnit == unit; i++)
            {
                writer.Line($"{method}Part{i}(input, ref p0, ref p1, ref p2, ref p3);");
            }

            i--;
            writer.Line($"output[{unit}] = {ActivationSource.Call(layer.Activation, PlainLoops.Sum)};");
            writer.Close();
        }

        PlainLoops.WriteSoftmax(writer, layer.Activation);
        writer.Close();
    }

    private static void WriteUnits(CSharpWriter writer, DenseLayer layer, MethodPart part, string head)
    {
        SparseMatrix weights = layer.Weights;
        writer.Open($"{head}(float[] input, float[] output)");
        if (part.TermCount > 0) writer.Line("float p0, p1, p2, p3;");
        for (int unit = part.FirstUnit; unit < part.FirstUnit + part.UnitCount; unit++)
        {
            string bias = FloatLiteral.Of(layer.Biases[unit]);
            int count = weights.RowCount(unit);
            if (count > 0)
            {
                writer.Line($"p0 = {bias};");
                writer.Line("p1 = p2 = p3 = -0f;");
                WriteTerms(writer, weights, weights.RowStart(unit), count);
            }

            writer.Line($"output[{unit}] = {ActivationSource.Call(layer.Activation, count == 0 ? bias : PlainLoops.Sum)};");
        }

        if (part.UnitCount == weights.Rows) PlainLoops.WriteSoftmax(writer, layer.Activation);
        writer.Close();
    }

    private static void WritePiece(CSharpWriter writer, DenseLayer layer, MethodPart part, string name)
    {
        writer.Open($"private static void {name}(float[] input, ref float sum0, ref float sum1, ref float sum2, ref float sum3)");
        writer.Line("float p0 = sum0, p1 = sum1, p2 = sum2, p3 = sum3;");
        WriteTerms(writer, layer.Weights, part.FirstTerm, part.TermCount);
        for (int k = 0; k < Kernel.PartialSums; k++) writer.Line($"sum{k} = p{k};");
        writer.Close();
    }

    private static void WriteTerms(CSharpWriter writer, SparseMatrix weights, int start, int count)
    {
        for (int term = 0; term < count; term++)
        {
            int position = start + term;
            writer.StartLine().Append('p').Append(term % Kernel.PartialSums).Append(" = (float)(p").Append(term % Kernel.PartialSums)
                .Append(" + (float)(input[").Append(weights.ColumnIndex(position)).Append("] * ")
                .Append(FloatLiteral.Of(weights.Value(position))).Append("));\n");
        }
    }
}
