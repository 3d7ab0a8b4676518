using Espalier.Compilation.Model;

namespace Espalier.Training;

/// <summary>A layer of sums of weighted inputs: what pruning thins out.</summary>
public abstract class TrainableWeightedLayer : TrainableLayer
{
    /// <summary>Makes a layer whose first two parameters are weights and biases.</summary>
    private protected TrainableWeightedLayer(
        string name, Shape inputShape, Shape outputShape, Activation activation, params Parameter[] parameters)
        : base(name, inputShape, outputShape, activation, parameters)
    {
    }

    /// <summary>Makes a layer like <paramref name="layer"/>, whose first two parameters are weights and biases.</summary>
    private protected TrainableWeightedLayer(WeightedLayer layer, params Parameter[] parameters)
        : base(layer, parameters)
    {
    }

    /// <summary>W, one row for each unit or filter.</summary>
    public Parameter Weights => Parameters[0];

    /// <summary>b, one for each unit or filter.</summary>
    public Parameter Biases => Parameters[1];

    /// <summary>The weights that are not zero.</summary>
    private protected SparseMatrix SparseWeights() => SparseMatrix.FromDense(Weights.Rows, Weights.Columns, Weights.Values);

    /// <summary>Takes the numbers of <paramref name="layer"/>.</summary>
    private protected void Fill(WeightedLayer layer)
    {
        layer.Weights.ToDense().CopyTo(Weights.Values, 0);
        layer.Biases.ToArray().CopyTo(Biases.Values, 0);
    }
}
