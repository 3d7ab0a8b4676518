using Espalier.Compilation.Model;
using Espalier.Training;
using Espalier.Training.Kernels;

namespace Espalier.Pruning.Curvature;

/// <summary>
/// Average pooling on the way back only, with the derivatives 1 / n^2 in place of 1 / n for a mean of n values: the mean of values that
/// come divided by n.
/// </summary>
/// <param name="layer">The pooling.</param>
internal sealed class SquaredMean(PoolingLayer layer) : TrainableLayer(layer)
{
    private readonly TrainablePooling _mean = new(layer);

    /// <inheritdoc/>
    public override Layer ToLayer() => layer with { Sources = Sources };

    internal override TrainableLayer Blank() => new SquaredMean(layer) { Sources = Sources };

    internal override LayerPass CreatePass(PassMode mode, int capacity) => _mean.CreatePass(mode, capacity);

    // It has nothing to remember for the way back.
    internal override void Forward(ComputeEngine engine, LayerPass pass, int count)
    {
    }

    internal override void Backward(ComputeEngine engine, LayerPass pass, int count)
    {
        float[] gradient = pass.OutputGradient;
        pass.OutputGradient = Divided(gradient, count);
        _mean.Backward(engine, pass, count);
        pass.OutputGradient = gradient;
    }

    private float[] Divided(float[] gradient, int count)
    {
        Shape shape = OutputShape;
        var divided = new float[count * shape.Length];
        for (int i = 0; i < divided.Length; i++)
        {
            int position = i % (shape.Height * shape.Width);
            divided[i] = gradient[i] / layer.Divisor(position / shape.Width, position % shape.Width);
        }

        return divided;
    }
}
