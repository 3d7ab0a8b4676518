namespace Espalier.Compilation.Model;

/// <summary>A fully connected layer: y = f(W x + b). It reads any shape of as many values as a vector.</summary>
/// <param name="Name">An identifier, unique within the network.</param>
/// <param name="Weights">W, outputs x inputs, sparse.</param>
/// <param name="Biases">b, one for each output.</param>
/// <param name="Activation">f.</param>
public sealed record DenseLayer(string Name, SparseMatrix Weights, FloatVector Biases, Activation Activation)
    : WeightedLayer(Name, Weights, Biases, Activation)
{
    /// <inheritdoc/>
    public override Shape InputShape => Shape.Flat(Weights.Columns);

    /// <inheritdoc/>
    public override Shape OutputShape => Shape.Flat(Weights.Rows);
}
