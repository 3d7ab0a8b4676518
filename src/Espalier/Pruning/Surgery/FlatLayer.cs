using Espalier.Compilation.Model;

namespace Espalier.Pruning.Surgery;

/// <summary>Where a dense layer's numbers stand in the vector of all parameters.</summary>
/// <param name="Inputs">The number of values it reads.</param>
/// <param name="Outputs">The number of values it yields.</param>
/// <param name="Activation">The function applied to its sums.</param>
/// <param name="Weights">The place of its first weight; they are outputs x inputs.</param>
/// <param name="Biases">The place of its first bias.</param>
internal readonly record struct FlatLayer(int Inputs, int Outputs, Activation Activation, int Weights, int Biases)
{
    /// <summary>The place of the weight from <paramref name="input"/> to <paramref name="output"/>.</summary>
    public int Weight(int output, int input) => Weights + output * Inputs + input;

    /// <summary>The place of the bias of <paramref name="output"/>.</summary>
    public int Bias(int output) => Biases + output;
}
