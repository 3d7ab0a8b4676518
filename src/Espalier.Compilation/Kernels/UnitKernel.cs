using System.Collections.Generic;
using Espalier.Compilation.Lowering;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Kernels;

/// <summary>A kernel for dense layers.</summary>
internal abstract class UnitKernel : Kernel
{
    /// <inheritdoc/>
    public sealed override bool Computes(Layer layer) => layer is DenseLayer;

    /// <inheritdoc/>
    public sealed override bool Offers(Stage stage, VectorWidth width) => stage.Layer is DenseLayer dense && Offers(dense, width);

    /// <inheritdoc/>
    public sealed override KernelEstimate Estimate(Stage stage, VectorWidth width) => Estimate((DenseLayer)stage.Layer, width);

    /// <inheritdoc/>
    public sealed override IEnumerable<MethodPart> Split(int index, Stage stage, VectorWidth width, int methodTerms) =>
        Split(index, (DenseLayer)stage.Layer, methodTerms);

    /// <inheritdoc/>
    public sealed override IEnumerable<string> Functions(Stage stage) => Functions((DenseLayer)stage.Layer);

    /// <inheritdoc cref="Offers(Stage, VectorWidth)"/>
    public abstract bool Offers(DenseLayer layer, VectorWidth width);

    /// <inheritdoc cref="Estimate(Stage, VectorWidth)"/>
    public abstract KernelEstimate Estimate(DenseLayer layer, VectorWidth width);

    /// <inheritdoc cref="Split(int, Stage, VectorWidth, int)"/>
    protected virtual IEnumerable<MethodPart> Split(int index, DenseLayer layer, int methodTerms) =>
        [new MethodPart(index, 0, layer.Weights.Rows, 0, layer.Weights.Count, IsPiece: false)];

    /// <inheritdoc cref="Functions(Stage)"/>
    protected virtual IEnumerable<string> Functions(DenseLayer layer) => [];
}
