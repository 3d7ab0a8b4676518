using Espalier.Compilation.Model;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>A layer that reads one vector, every value of it in every sum.</summary>
public abstract class FullyConnectedLayer : TrainableWeightedLayer
{
    private protected FullyConnectedLayer(string name, int inputs, int outputs, Activation activation, params Parameter[] parameters)
        : base(name, Shape.Flat(inputs), Shape.Flat(outputs), activation, parameters)
    {
    }

    internal sealed override void Forward(ComputeEngine engine, LayerPass pass, int count) =>
        Forward(engine, pass.Input, pass.Output, count);

    internal sealed override void Backward(ComputeEngine engine, LayerPass pass, int count) =>
        Backward(engine, pass.Input, pass.OutputGradient, pass.InputGradient, count);

    /// <summary>Computes the sums of <paramref name="count"/> samples.</summary>
    internal abstract void Forward(ComputeEngine engine, float[] input, float[] output, int count);

    /// <summary>Computes the parameters' gradients, and the derivative by the input unless nobody asks for it.</summary>
    /// <param name="engine">Does the work.</param>
    /// <param name="input">What the forward pass read.</param>
    /// <param name="outputGradient">The derivative of the loss by the layer's sums.</param>
    /// <param name="inputGradient">Receives the derivative by the input, or null for the first layer.</param>
    /// <param name="count">The number of samples.</param>
    internal abstract void Backward(ComputeEngine engine, float[] input, float[] outputGradient, float[]? inputGradient, int count);
}
