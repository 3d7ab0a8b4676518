namespace Espalier.Compilation.Model;

/// <summary>An image read as a plain vector, channel after channel and row after row: no value moves.</summary>
/// <param name="Name">An identifier, unique within the network.</param>
/// <param name="Input">The shape read.</param>
public sealed record FlattenLayer(string Name, Shape Input) : Layer(Name, Activation.Identity)
{
    /// <inheritdoc/>
    public override Shape InputShape => Input;

    /// <inheritdoc/>
    public override Shape OutputShape => Shape.Flat(Input.Length);
}
