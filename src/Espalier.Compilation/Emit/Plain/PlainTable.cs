using System;
using System.Collections.Generic;
using System.Text;

namespace Espalier.Compilation.Emit.Plain;

/// <summary>
/// Writes constant tables as arrays, which the runtime fills in its own byte order when the class is first used.
/// </summary>
internal static class PlainTable
{
    private const int NumbersPerLine = 8;

    /// <summary>The type of the elements of a table of indices.</summary>
    public static string IndexType(bool isShort) => isShort ? "ushort" : "int";

    /// <summary>A table of floats.</summary>
    public static void Write(CSharpWriter writer, string name, IReadOnlyList<float> values) =>
        Write(writer, "float", name, values, FloatLiteral.Of);

    /// <summary>A table of indices.</summary>
    public static void Write(CSharpWriter writer, string name, IReadOnlyList<int> values, bool isShort) =>
        Write(writer, IndexType(isShort), name, values, value => CSharpWriter.Number(value));

    private static void Write<T>(CSharpWriter writer, string type, string name, IReadOnlyList<T> values, Func<T, string> spell)
    {
        writer.Line($"private static readonly {type}[] {name} =");
        writer.Line("{");
        for (int start = 0; start < values.Count; start += NumbersPerLine)
        {
            StringBuilder line = writer.StartLine().Append("   ");
            for (int i = start; i < Math.Min(values.Count, start + NumbersPerLine); i++)
            {
                line.Append(' ').Append(spell(values[i])).Append(',');
            }

            line.Append('\n');
        }

        writer.Line("};");
    }
}
