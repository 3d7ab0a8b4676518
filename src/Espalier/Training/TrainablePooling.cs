using Espalier.Compilation.Model;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>Pooling under training. The derivative of a maximum goes to the first of the largest values.</summary>
/// <param name="layer">The layer of the model.</param>
/// <exception cref="EspalierException">It makes no sense.</exception>
public sealed class TrainablePooling(PoolingLayer layer) : TrainableLayer(layer)
{
    /// <summary>The layer of the model, without sources.</summary>
    internal PoolingLayer Model { get; } = layer with { Sources = default };

    /// <inheritdoc/>
    public override Layer ToLayer() => Model with { Sources = Sources };

    internal override TrainableLayer Blank() => new TrainablePooling(Model) { Sources = Sources };

    internal override LayerPass CreatePass(PassMode mode, int capacity) =>
        Model.Kind == PoolingKind.Max ? new MaxPoolingPass(Model, mode, capacity) : new AveragePoolingPass(Model, mode);

    internal override void Forward(ComputeEngine engine, LayerPass pass, int count) => ((PoolingPass)pass).Forward(engine, count);

    internal override void Backward(ComputeEngine engine, LayerPass pass, int count) => ((PoolingPass)pass).Backward(engine, count);
}
