using System.Collections.Generic;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>
/// A kernel that computes a register of outputs at a time: lane l of group g is unit g x lanes + l. Lanes behind the last unit hold
/// weights of zero.
/// </summary>
internal abstract class VectorKernel : UnitKernel
{
    /// <inheritdoc/>
    public override bool WritesBlocks => true;

    /// <inheritdoc/>
    public override bool Offers(DenseLayer layer, VectorWidth width) => width != VectorWidth.Scalar;

    /// <inheritdoc/>
    protected override IEnumerable<string> Functions(DenseLayer layer)
    {
        foreach (string name in (string[])["First", "Next", "At", "Load", "Store", "MultiplyAdd"]) yield return name;
        if (layer.Activation.Kind != ActivationKind.Identity) yield return layer.Activation.Kind.ToString();
    }

    /// <summary>The number of registers that hold the layer's outputs.</summary>
    protected static int Groups(DenseLayer layer, int lanes) => Simd.RoundUp(layer.Weights.Rows, lanes) / lanes;

    /// <summary>
    /// The biases, padded to whole registers: with zeros, but before a softmax with -infinity, so that what pads the sums counts for
    /// nothing.
    /// </summary>
    protected static float[] PaddedBiases(DenseLayer layer, int lanes)
    {
        var biases = new float[Simd.RoundUp(layer.Weights.Rows, lanes)];
        for (int i = 0; i < biases.Length; i++)
        {
            biases[i] = i < layer.Weights.Rows ? layer.Biases[i]
                : layer.Activation.Kind == ActivationKind.Softmax ? float.NegativeInfinity : 0f;
        }

        return biases;
    }

    /// <summary>Opens the layer's method and names the first input, the first output and the first weight.</summary>
    protected static void EmitHead(CSharpWriter writer, KernelSite site)
    {
        writer.Open($"internal static void {site.Method}{LayerParameters}");
        writer.Line($"ref float x = ref First(input);");
        writer.Line($"ref float y = ref First(output);");
        writer.Line($"ref float w = ref {AlignedTable.Start(site.Method)};");
    }

    /// <summary>The statement that stores a register of sums, activated, at the offset <paramref name="unit"/> of the output.</summary>
    protected static string Store(DenseLayer layer, string sum, string unit) =>
        $"Store({ActivationSource.Call(layer.Activation, sum)}, ref y, {unit});";

    /// <summary>Closes the layer's method, after what needs all of its sums.</summary>
    protected static void EmitEnd(CSharpWriter writer, KernelSite site)
    {
        if (site.Dense.Activation.Kind == ActivationKind.Softmax)
        {
            int length = Simd.RoundUp(site.Dense.Weights.Rows, site.Width.Lanes());
            writer.Line($"Softmax{site.Width.Bits()}(output.Slice(0, {length}));");
        }

        writer.Close();
    }

    /// <summary>The time of storing and activating all outputs, in nanoseconds.</summary>
    protected static double EndNanoseconds(DenseLayer layer, int lanes) =>
        Groups(layer, lanes) * Nanoseconds(2 + 2 * ActivationCycles(layer.Activation));
}
