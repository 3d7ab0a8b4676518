namespace Espalier.Compilation.Model;

/// <summary>A layer of sums of weighted inputs: what pruning thins out.</summary>
/// <param name="Name">An identifier, unique within the network.</param>
/// <param name="Weights">One row for each unit or filter, sparse.</param>
/// <param name="Biases">One for each row.</param>
/// <param name="Activation">The function applied to the sums.</param>
public abstract record WeightedLayer(string Name, SparseMatrix Weights, FloatVector Biases, Activation Activation) : Layer(Name, Activation)
{
    private protected override string? FindOwnFault()
    {
        if (Biases.Length != Weights.Rows) return $"has {Biases.Length} biases for {Weights.Rows} outputs.";
        foreach (float bias in Biases.Raw)
        {
            if (!FloatBits.IsFinite(bias)) return "has a bias that is not finite.";
        }

        return null;
    }
}
