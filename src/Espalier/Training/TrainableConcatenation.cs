using Espalier.Compilation.Model;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>Inputs of one height and width, put together channel after channel, under training.</summary>
/// <param name="layer">The layer of the model.</param>
/// <exception cref="EspalierException">It makes no sense.</exception>
public sealed class TrainableConcatenation(ConcatenationLayer layer) : TrainableLayer(layer)
{
    /// <inheritdoc/>
    public override int InputCount => layer.InputCount;

    /// <inheritdoc/>
    public override Shape InputShapeAt(int index) => layer.InputShapeAt(index);

    /// <inheritdoc/>
    public override Layer ToLayer() => layer with { Sources = Sources };

    internal override TrainableLayer Blank() => new TrainableConcatenation(layer) { Sources = Sources };

    internal override void Forward(ComputeEngine engine, LayerPass pass, int count)
    {
        for (int i = 0, start = 0; i < pass.Inputs.Length; i++)
        {
            int length = InputShapeAt(i).Length;
            for (int sample = 0; sample < count; sample++)
            {
                pass.Inputs[i].AsSpan(sample * length, length).CopyTo(pass.Output.AsSpan(sample * OutputShape.Length + start));
            }

            start += length;
        }
    }

    internal override void Backward(ComputeEngine engine, LayerPass pass, int count)
    {
        for (int i = 0, start = 0; i < pass.Inputs.Length; i++)
        {
            int length = InputShapeAt(i).Length;
            for (int sample = 0; sample < count && pass.InputGradients[i] is float[] gradient; sample++)
            {
                pass.OutputGradient.AsSpan(sample * OutputShape.Length + start, length).CopyTo(gradient.AsSpan(sample * length));
            }

            start += length;
        }
    }
}
