using Espalier.Compilation.Model;

namespace Espalier.Interchange;

/// <summary>A network that was an ONNX model.</summary>
/// <param name="Network">The network. It reads all inputs one after the other, and yields all outputs one after the other.</param>
/// <param name="Notes">What the user should know: what was left out, folded, or put in another order; one line each.</param>
/// <param name="Inputs">The model's inputs.</param>
/// <param name="Outputs">The model's outputs that were taken.</param>
public sealed record OnnxImportResult(
    Network Network, IReadOnlyList<string> Notes, IReadOnlyList<OnnxPort> Inputs, IReadOnlyList<OnnxPort> Outputs);

/// <summary>An input or output of an ONNX model, as the network has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dimensions">The length of each axis for one sample; that of the batch is 1.</param>
/// <param name="BatchAxis">The axis along which samples lie; -1 when the model takes one sample only.</param>
/// <param name="Order">
/// Which element of the model's sample, counted in row-major order, each value of the network is; null when they are in the same order.
/// </param>
public sealed record OnnxPort(string Name, IReadOnlyList<int> Dimensions, int BatchAxis, IReadOnlyList<int>? Order)
{
    /// <summary>The number of samples that the model takes at a time; 0 when it takes any number, or has no batch.</summary>
    public int FixedBatch { get; init; }

    /// <summary>The number of values of one sample.</summary>
    public int Length => Dimensions.Aggregate(1, (product, length) => product * length);
}
