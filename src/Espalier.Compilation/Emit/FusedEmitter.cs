using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Espalier.Compilation.Kernels;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Emit;

/// <summary>
/// Writes a whole small network as one method for registers of 128 bits: straight-line code in which hidden units are local variables, and
/// sigmoids and tanhs are computed four units at a time, lane by lane with the bits of the scalar functions.
/// </summary>
internal sealed class FusedEmitter(WidthPlan plan)
{
    private const int Lanes = 4;
    private const VectorWidth Registers = VectorWidth.Vector128;

    /// <summary>
    /// Whether registers are worth it for an activation function. For 17-3-1 they bring sigmoids from 18 to 13 ns and tanhs from 24 to 22;
    /// ELU and SELU, whose exponential scalar code skips above zero, go from 8 to 22 and from 9 to 25 (Zen 5).
    /// </summary>
    public static bool UsesRegisters(Activation activation) => activation.Kind is ActivationKind.Sigmoid or ActivationKind.Tanh;

    /// <summary>The functions over registers that the method calls.</summary>
    public IEnumerable<(VectorWidth Width, string Name)> Functions() =>
        plan.DenseLayers.Where(layer => UsesRegisters(layer.Activation)).Select(layer => (Registers, layer.Activation.Kind.ToString()));

    /// <summary>The activation functions over single floats that the method calls.</summary>
    public IEnumerable<ActivationKind> ScalarFunctions() =>
        plan.DenseLayers.Select(layer => layer.Activation).Where(activation => !UsesRegisters(activation))
            .Select(activation => activation.Kind);

    /// <summary>Writes the method and the one that takes a workspace, which it does not need.</summary>
    public void WritePredict(CSharpWriter writer)
    {
        const string Parameters = "global::System.ReadOnlySpan<float> input, global::System.Span<float> output";
        writer.Line(UnrolledKernel.Optimize);
        writer.Open($"internal static void Predict({Parameters})");
        DenseLayer last = plan.DenseLayers.Last();
        if (plan.DenseLayers.First().Weights.Count > 0) writer.Line($"input = input.Slice(0, {plan.InputLength});");
        writer.Line($"output = output.Slice(0, {last.Weights.Rows});");
        UnrolledKernel.EmitDeclaration(
            writer, plan.DenseLayers.Max(layer => Enumerable.Range(0, layer.Weights.Rows).Max(unit => layer.Weights.RowCount(unit))));
        for (int i = 0; i < plan.Stages.Length; i++)
        {
            writer.Line();
            WriteLayer(writer, i);
        }

        if (last.Activation.Kind == ActivationKind.Softmax) writer.Line("Softmax(output);");
        writer.Close();
        writer.Line();
        writer.Line($"internal static void Predict({Parameters}, global::System.Span<float> workspace) => Predict(input, output);");
    }

    private void WriteLayer(CSharpWriter writer, int index)
    {
        var layer = (DenseLayer)plan.Stages[index].Layer;
        bool isLast = index == plan.Stages.Length - 1, inRegisters = UsesRegisters(layer.Activation);
        writer.Line($"// {layer.Name}: {layer.Activation.Kind.ToString().ToLowerInvariant()}");
        for (int unit = 0; unit < layer.Weights.Rows; unit++)
        {
            int count = layer.Weights.RowCount(unit);
            string bias = FloatLiteral.Of(layer.Biases[unit]);
            UnrolledKernel.EmitTerms(writer, layer.Weights, layer.Weights.RowStart(unit), count, bias, Source(index));
            string sum = UnrolledKernel.Sum(count, bias);
            if (inRegisters) writer.Line($"float {Name("s", index, unit)} = {sum};");
            else writer.Line($"{Target(index, unit, isLast)} = {ActivationSource.Call(layer.Activation, sum)};");
        }

        if (inRegisters) WriteActivations(writer, index, isLast);
    }

    private void WriteActivations(CSharpWriter writer, int index, bool isLast)
    {
        var layer = (DenseLayer)plan.Stages[index].Layer;
        int units = layer.Weights.Rows, bits = Registers.Bits();
        for (int first = 0; first < units; first += Lanes)
        {
            string[] sums = [.. Enumerable.Range(first, Lanes).Select(unit => unit < units ? Name("s", index, unit) : "0f")];
            string packed = units - first == 1
                ? $"Simd{bits}.CreateScalarUnsafe({sums[0]})"
                : $"Simd{bits}.Create({string.Join(", ", sums)})";
            string register = Name("a", index, first / Lanes);
            writer.Line($"Floats{bits} {register} = {ActivationSource.Call(layer.Activation, packed)};");
            for (int unit = first; unit < Math.Min(units, first + Lanes); unit++)
            {
                string value = unit == first ? $"Simd{bits}.ToScalar({register})" : $"Simd{bits}.GetElement({register}, {unit - first})";
                writer.Line($"{Target(index, unit, isLast)} = {value};");
            }
        }
    }

    private static Action<StringBuilder, int> Source(int index) => index == 0
        ? UnrolledKernel.FromSpan
        : (line, unit) => line.Append(Name("h", index - 1, unit));

    /// <summary>Where the value of a unit goes: to the output, or to a local of its own.</summary>
    private static string Target(int layer, int unit, bool isLast) => isLast ? $"output[{unit}]" : $"float {Name("h", layer, unit)}";

    private static string Name(string kind, int layer, int number) => $"{kind}{layer}_{number}";
}
