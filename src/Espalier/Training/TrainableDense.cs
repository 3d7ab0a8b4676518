using Espalier.Compilation.Model;
using Espalier.Training.Kernels;

namespace Espalier.Training;

/// <summary>A fully connected layer under training: y = f(W x + b), W outputs x inputs.</summary>
public sealed class TrainableDense : TrainableWeightedLayer
{
    /// <summary>Makes a layer of zeros.</summary>
    /// <param name="name">An identifier, unique within the network.</param>
    /// <param name="inputs">The number of values it reads.</param>
    /// <param name="outputs">The number of values it yields.</param>
    /// <param name="activation">The function applied to its sums.</param>
    /// <exception cref="EspalierException">The activation has a negative parameter.</exception>
    public TrainableDense(string name, int inputs, int outputs, Activation activation)
        : base(
            name, Shape.Flat(inputs), Shape.Flat(outputs), activation,
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

    internal override void Forward(ComputeEngine engine, LayerPass pass, int count)
    {
        engine.Product.MultiplyTransposed(pass.Input, Weights.Values, pass.Output, count, Weights.Rows, Weights.Columns);
        AddToEach(pass.Output, Biases.Values, count);
    }

    internal override void Backward(ComputeEngine engine, LayerPass pass, int count)
    {
        engine.Product.TransposedMultiply(pass.OutputGradient, pass.Input, Weights.Gradient, Weights.Rows, Weights.Columns, count);
        SumOverSamples(pass.OutputGradient, Biases.Gradient, count);
        if (pass.InputGradient is null) return;
        engine.Product.Multiply(pass.OutputGradient, Weights.Values, pass.InputGradient, count, Weights.Columns, Weights.Rows);
    }
}
