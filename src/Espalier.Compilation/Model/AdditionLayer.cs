namespace Espalier.Compilation.Model;

/// <summary>The sum of two or more inputs of one shape, value by value from the first to the last: the end of a residual block.</summary>
/// <param name="Name">An identifier, unique within the network.</param>
/// <param name="Shape">The shape of every input and of the sum.</param>
/// <param name="Count">How many inputs there are.</param>
/// <param name="Activation">The function applied to the sums.</param>
public sealed record AdditionLayer(string Name, Shape Shape, int Count, Activation Activation) : Layer(Name, Activation)
{
    /// <inheritdoc/>
    public override Shape InputShape => Shape;

    /// <inheritdoc/>
    public override Shape OutputShape => Shape;

    /// <inheritdoc/>
    public override int InputCount => Count;

    private protected override string? FindOwnFault() => Count < 2 ? $"adds {Count} inputs; it needs at least two." : null;
}
