using Espalier.Compilation.Model;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>An image read as a plain vector, under training. Dense layers read images without one.</summary>
/// <param name="layer">The layer of the model.</param>
/// <exception cref="EspalierException">It makes no sense.</exception>
public sealed class TrainableFlatten(FlattenLayer layer) : TrainableLayer(layer)
{
    /// <inheritdoc/>
    public override Layer ToLayer() => layer with { Sources = Sources };

    internal override TrainableLayer Blank() => new TrainableFlatten(layer) { Sources = Sources };

    internal override void Forward(ComputeEngine engine, LayerPass pass, int count) =>
        pass.Input.AsSpan(0, count * OutputShape.Length).CopyTo(pass.Output);

    internal override void Backward(ComputeEngine engine, LayerPass pass, int count)
    {
        if (pass.InputGradient is float[] target) pass.OutputGradient.AsSpan(0, count * OutputShape.Length).CopyTo(target);
    }
}
