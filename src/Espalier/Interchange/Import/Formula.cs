using Espalier.Compilation.Model;

namespace Espalier.Interchange.Import;

/// <summary>
/// A function of each element of a signal by itself, not yet made layers: exporters spell many activation functions as a handful of nodes
/// that read
/// one value several times, x sigmoid(x) for one, and only the last of them shows what function it is.
/// </summary>
/// <param name="Argument">x.</param>
/// <param name="Function">f.</param>
/// <param name="Call">The last of the nodes.</param>
/// <param name="Build">Makes layers of that node alone.</param>
internal sealed record Formula(Signal Argument, Func<double, double> Function, NodeCall Call, OnnxOperator Build) : GraphValue(Argument.Dims)
{
    private GraphValue? _resolved;

    /// <summary>How many nodes follow each other in it.</summary>
    public required int Depth { get; init; }

    /// <summary>Whether several nodes read it, so that the layers that it becomes must stay what they are.</summary>
    public bool IsShared { get; init; }

    /// <inheritdoc/>
    public override int Batch => Argument.Batch;

    /// <inheritdoc/>
    public override GraphValue Seen(Layout layout) => Resolve().Seen(layout);

    /// <summary>The value as layers: one layer with the activation function that this is, or a layer for each node.</summary>
    public GraphValue Resolve()
    {
        if (_resolved is not null) return _resolved;
        GraphValue value = Known() ?? NodeRunner.Run(Call, Build)[0];
        return _resolved = IsShared && value is Signal signal ? signal with { IsShared = true } : value;
    }

    /// <summary>The layer of the known function that this is, of x or of -x; null when it is none.</summary>
    private Signal? Known()
    {
        (NetworkAssembler network, string name) = (Call.Network, Call.LayerName);
        if (KnownFunctions.Find(Function) is Activation activation) return network.Activate(name, Argument, activation);
        return KnownFunctions.Find(x => Function(-x)) is Activation mirrored
            ? network.Activate(name, Affine.Apply(network, $"{name}_mirrored", Argument, _ => -1, _ => 0), mirrored)
            : null;
    }
}
