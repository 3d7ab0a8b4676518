using Espalier.Interchange.Import.Operators;

namespace Espalier.Interchange.Import;

/// <summary>
/// A function of each element of a signal by itself, not yet made layers: exporters spell many activation functions as a handful of nodes
/// that read one value several times, x sigmoid(x) for one, and only the last of them shows what function it is.
/// </summary>
/// <param name="Argument">x.</param>
/// <param name="Function">f.</param>
/// <param name="Call">The last of the nodes.</param>
/// <param name="Build">Makes layers of that node alone.</param>
internal sealed record Formula(Signal Argument, Func<double, double> Function, NodeCall Call, OnnxOperator Build)
    : GraphValue(Argument.Dims)
{
    private GraphValue? _resolved;

    /// <summary>How many nodes follow each other in it.</summary>
    public required int Depth { get; init; }

    /// <summary>Whether the last node is a layer by itself.</summary>
    public bool IsLayer => Build != ArithmeticOperators.Refuse;

    /// <summary>Whether several nodes read it, so that the layers that it becomes must stay what they are.</summary>
    public bool IsShared { get; init; }

    /// <inheritdoc/>
    public override int Batch => Argument.Batch;

    /// <inheritdoc/>
    public override GraphValue Seen(Layout layout) => Resolve().Seen(layout);

    /// <summary>The value as layers: one layer with the activation function that this is, or a layer for each node.</summary>
    /// <exception cref="NodeException">It is no activation function, and its last node is no layer.</exception>
    public GraphValue Resolve()
    {
        if (_resolved is not null) return _resolved;
        GraphValue value = Known() ?? Layers();
        return _resolved = IsShared && value is Signal signal ? signal with { IsShared = true } : value;
    }

    /// <summary>The layer of the known function that this is; null when it is none.</summary>
    private Signal? Known()
    {
        if (KnownFunctions.Find(Function) is not { } known) return null;
        (NetworkAssembler network, string name) = (Call.Network, Call.LayerName);

        // Formulas that read this one hold its argument too, so it must stay what it is.
        Signal x = Argument with { IsShared = Argument.IsShared || IsShared };
        return network.Activate(name, x, known.Inner, known.Activation, known.Outer);
    }

    private GraphValue Layers()
    {
        // Those before it first: of several nodes that are no layer, the innermost one is told.
        foreach (Formula part in Call.Inputs.OfType<Formula>()) part.Resolve();
        try
        {
            return NodeRunner.Run(Call, Build)[0];
        }
        catch (NodeException error)
        {
            throw new NodeException($"{Call.Label}: is part of a function of each value by itself that is none of the activation functions "
                + "that a layer may have; train the model with one of those.", error);
        }
    }
}
