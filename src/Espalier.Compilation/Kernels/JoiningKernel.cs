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
    /// <remarks>A copy without a function is one call, and every input must fill a register.</remarks>
    public override bool Offers(Stage stage, VectorWidth width) => Computes(stage.Layer) && (width == VectorWidth.Scalar
        || (stage.Layer.Activation.IsElementwise && !IsCopy(stage.Layer)
            && Enumerable.Range(0, stage.Layer.InputCount).All(i => stage.InputLength(i) >= width.Lanes())));

    /// <inheritdoc/>
    /// <remarks>A copy moves many floats a cycle, and a register goes as fast as a float: a load an input, an addition, a store.</remarks>
    public override KernelEstimate Estimate(Stage stage, VectorWidth width)
    {
        double value = IsCopy(stage.Layer) ? 0.1
            : (1 + (stage.Layer is AdditionLayer sum ? sum.Count : 0) + ActivationCycles(stage.Layer.Activation)) / width.Lanes();
        return new KernelEstimate(Nanoseconds(10 + value * stage.OutputLength), 100, 0);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> ScalarFunctions(Stage stage) => [stage.Layer.Activation.Kind.ToString()];

    /// <inheritdoc/>
    public override IEnumerable<string> Functions(Stage stage)
    {
        foreach (string name in (string[])["First", "Load", "Store"]) yield return name;
        if (stage.Layer.Activation.Kind != ActivationKind.Identity) yield return stage.Layer.Activation.Kind.ToString();
    }

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
            EmitLoop(writer, site, inputs, 0, site.Stage.OutputLength);
        }
        else
        {
            for (int i = 0, start = 0; i < inputs.Length; start += site.Stage.InputLength(i++))
            {
                int length = site.Stage.InputLength(i);
                if (IsCopy(layer)) writer.Line($"{inputs[i]}.Slice(0, {length}).CopyTo(output{(start == 0 ? "" : $".Slice({start})")});");
                else EmitLoop(writer, site, [inputs[i]], start, length);
            }
        }

        EmitSoftmax(writer, layer.Activation);
        writer.Close();
    }

    /// <summary>Whether values go where they go as they are.</summary>
    private static bool IsCopy(Layer layer) =>
        layer is not AdditionLayer && layer.Activation.Kind is ActivationKind.Identity or ActivationKind.Softmax;

    /// <summary>
    /// The loop that activates the sums of the values of <paramref name="inputs"/>, in registers as far as whole ones go; the last one
    /// begins earlier and computes what it reaches back to a second time.
    /// </summary>
    private static void EmitLoop(CSharpWriter writer, KernelSite site, string[] inputs, int start, int length)
    {
        Activation activation = site.Stage.Layer.Activation;
        foreach (string input in inputs) writer.Line($"{input} = {input}.Slice(0, {length});");
        int lanes = site.Width.Lanes(), bits = site.Width.Bits();
        if (site.Width == VectorWidth.Scalar)
        {
            string value = ActivationSource.Call(activation, string.Join(" + ", inputs.Select(input => $"{input}[i]")));
            writer.Line($"for (int i = 0; i < {inputs[0]}.Length; i++) output[{(start == 0 ? "i" : $"{start} + i")}] = {value};");
            return;
        }

        string sum = string.Join(" + ", inputs.Select(input => $"Load{bits}(ref First({input}), (nuint)at)"));
        writer.Open($"for (int i = 0; i < {length}; i += {lanes})");
        writer.Line($"int at = global::System.Math.Min(i, {length - lanes});");
        writer.Line($"Store({ActivationSource.Call(activation, sum)}, ref First(output), (nuint)(at{(start == 0 ? "" : $" + {start}")}));");
        writer.Close();
    }
}
