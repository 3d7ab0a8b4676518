using System.Collections.Generic;
using System.Linq;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>Loops for what only moves or adds values: addition, concatenation, and an image read as a vector.</summary>
internal sealed class JoiningKernel : Kernel
{
    /// <inheritdoc/>
    public override KernelKind Kind => KernelKind.Loop;

    /// <inheritdoc/>
    public override bool Computes(Layer layer) => layer is AdditionLayer or ConcatenationLayer or FlattenLayer;

    /// <inheritdoc/>
    public override bool Offers(Stage stage, VectorWidth width) => Computes(stage.Layer) && width == VectorWidth.Scalar;

    /// <inheritdoc/>
    public override KernelEstimate Estimate(Stage stage, VectorWidth width)
    {
        // A copy moves many floats a cycle; everything else goes one by one.
        bool isCopy = stage.Layer is not AdditionLayer && stage.Layer.Activation.Kind == ActivationKind.Identity;
        double value = isCopy ? 0.1 : 1 + (stage.Layer is AdditionLayer sum ? sum.Count : 0) + ActivationCycles(stage.Layer.Activation);
        return new KernelEstimate(Nanoseconds(10 + value * stage.OutputLength), 100, 0);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> ScalarFunctions(Stage stage) => [stage.Layer.Activation.Kind.ToString()];

    /// <inheritdoc/>
    public override void Emit(CSharpWriter writer, KernelSite site)
    {
        Layer layer = site.Stage.Layer;
        string[] inputs = layer.InputCount == 1 ? ["input"] : [.. Enumerable.Range(0, layer.InputCount).Select(i => $"input{i}")];
        string parameters = string.Concat(inputs.Select(input => $"global::System.ReadOnlySpan<float> {input}, "));
        writer.Open($"internal static void {site.Method}({parameters}global::System.Span<float> output)");
        writer.Line($"output = output.Slice(0, {site.Stage.OutputLength});");
        if (layer is AdditionLayer)
        {
            foreach (string input in inputs) writer.Line($"{input} = {input}.Slice(0, output.Length);");
            string sum = string.Join(" + ", inputs.Select(input => $"{input}[i]"));
            writer.Line($"for (int i = 0; i < output.Length; i++) output[i] = {ActivationSource.Call(layer.Activation, sum)};");
        }
        else
        {
            for (int i = 0, start = 0; i < inputs.Length; start += site.Stage.InputLength(i++))
            {
                EmitCopy(writer, layer.Activation, inputs[i], start, site.Stage.InputLength(i));
            }
        }

        EmitSoftmax(writer, layer.Activation);
        writer.Close();
    }

    private static void EmitCopy(CSharpWriter writer, Activation activation, string input, int start, int length)
    {
        writer.Line($"{input} = {input}.Slice(0, {length});");
        if (activation.Kind is ActivationKind.Identity or ActivationKind.Softmax)
        {
            writer.Line($"{input}.CopyTo(output{(start == 0 ? "" : $".Slice({start})")});");
            return;
        }

        string value = ActivationSource.Call(activation, $"{input}[i]");
        writer.Line($"for (int i = 0; i < {input}.Length; i++) output[{(start == 0 ? "i" : $"{start} + i")}] = {value};");
    }
}
