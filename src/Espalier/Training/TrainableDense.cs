using Espalier.Compilation.Model;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>A fully connected layer under training: y = f(W x + b), W outputs x inputs.</summary>
public sealed class TrainableDense : FullyConnectedLayer
{
    /// <summary>Makes a layer of zeros.</summary>
    /// <param name="name">An identifier, unique within the network.</param>
    /// <param name="inputs">The number of values it reads.</param>
    /// <param name="outputs">The number of values it yields.</param>
    /// <param name="activation">The function applied to its sums.</param>
    /// <exception cref="EspalierException">The activation has a negative parameter.</exception>
    public TrainableDense(string name, int inputs, int outputs, Activation activation)
        : base(
            name, inputs, outputs, activation,
            new Parameter(name + ".weights", outputs, inputs, isWeight: true), new Parameter(name + ".biases", 1, outputs, isWeight: false))
    {
    }

    /// <summary>Makes a layer with the bits of <paramref name="layer"/>.</summary>
    public static TrainableDense FromLayer(DenseLayer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        var dense = new TrainableDense(layer.Name, layer.Weights.Columns, layer.Weights.Rows, layer.Activation) { Sources = layer.Sources };
        dense.Fill(layer);
        return dense;
    }

    /// <inheritdoc/>
    public override Layer ToLayer() =>
        new DenseLayer(Name, SparseWeights(), new FloatVector(Biases.Values), Activation) { Sources = Sources };

    internal override TrainableLayer Blank() => new TrainableDense(Name, Weights.Columns, Weights.Rows, Activation) { Sources = Sources };

    internal override void Forward(ComputeEngine engine, float[] input, float[] output, int count)
    {
        int outputs = Weights.Rows;
        engine.Product.MultiplyTransposed(input, Weights.Values, output, count, outputs, Weights.Columns);
        AddToEach(output, Biases.Values, count);
    }

    internal override void Backward(ComputeEngine engine, float[] input, float[] outputGradient, float[]? inputGradient, int count)
    {
        int outputs = Weights.Rows;
        engine.Product.TransposedMultiply(outputGradient, input, Weights.Gradient, outputs, Weights.Columns, count);
        SumOverSamples(outputGradient, Biases.Gradient, count);
        if (inputGradient is null) return;
        engine.Product.Multiply(outputGradient, Weights.Values, inputGradient, count, Weights.Columns, outputs);
    }
}
