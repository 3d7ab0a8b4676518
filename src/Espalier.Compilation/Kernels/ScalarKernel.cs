using System.Collections.Generic;
using Espalier.Compilation.Emit;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>A kernel that computes one float at a time, to the bits of the reference interpreter.</summary>
internal abstract class ScalarKernel : UnitKernel
{
    /// <inheritdoc/>
    public override bool Offers(DenseLayer layer, VectorWidth width) => width == VectorWidth.Scalar;

    /// <inheritdoc/>
    public override IEnumerable<string> ScalarFunctions(Stage stage) => [stage.Layer.Activation.Kind.ToString()];

    /// <summary>Ends a layer's method with what needs all of its sums.</summary>
    protected static void EmitLayerEnd(CSharpWriter writer, DenseLayer layer)
    {
        if (layer.Activation.Kind == ActivationKind.Softmax) writer.Line("Softmax(output);");
    }

    /// <summary>The time of the layer's activation function, in cycles.</summary>
    protected static double ActivationCycles(DenseLayer layer) => layer.Weights.Rows * ActivationCycles(layer.Activation);
}
