using System.Numerics.Tensors;
using Espalier.Compilation.Model;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>The sum of inputs of one shape, from the first to the last, under training: the end of a residual block.</summary>
/// <param name="layer">The layer of the model.</param>
/// <exception cref="EspalierException">It makes no sense.</exception>
public sealed class TrainableAddition(AdditionLayer layer) : TrainableLayer(layer)
{
    /// <inheritdoc/>
    public override int InputCount => layer.InputCount;

    /// <inheritdoc/>
    public override Layer ToLayer() => layer with { Sources = Sources };

    internal override TrainableLayer Blank() => new TrainableAddition(layer) { Sources = Sources };

    internal override void Forward(ComputeEngine engine, LayerPass pass, int count)
    {
        Span<float> sums = pass.Output.AsSpan(0, count * OutputShape.Length);
        pass.Input.AsSpan(0, sums.Length).CopyTo(sums);
        foreach (float[] input in pass.Inputs.AsSpan(1)) TensorPrimitives.Add(sums, input.AsSpan(0, sums.Length), sums);
    }

    internal override void Backward(ComputeEngine engine, LayerPass pass, int count)
    {
        ReadOnlySpan<float> gradient = pass.OutputGradient.AsSpan(0, count * OutputShape.Length);
        foreach (float[]? target in pass.InputGradients)
        {
            if (target is not null) gradient.CopyTo(target);
        }
    }
}
