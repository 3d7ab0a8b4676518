using System.Collections.Generic;
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

    /// <summary>The time of the layer's activation function, in cycles.</summary>
    protected static double ActivationCycles(DenseLayer layer) => layer.Weights.Rows * ActivationCycles(layer.Activation);
}
