namespace Espalier.Compilation.Model;

/// <summary>Inputs of one height and width, put together channel after channel.</summary>
/// <param name="Name">An identifier, unique within the network.</param>
/// <param name="Inputs">The shape of each input.</param>
/// <param name="Activation">The function applied to all values.</param>
public sealed record ConcatenationLayer(string Name, EquatableArray<Shape> Inputs, Activation Activation) : Layer(Name, Activation)
{
    /// <inheritdoc/>
    public override Shape InputShape => Inputs[0];

    /// <inheritdoc/>
    public override Shape OutputShape
    {
        get
        {
            int channels = 0;
            foreach (Shape shape in Inputs) channels = checked(channels + shape.Channels);
            return Inputs[0] with { Channels = channels };
        }
    }

    /// <inheritdoc/>
    public override int InputCount => Inputs.Length;

    /// <inheritdoc/>
    public override Shape InputShapeAt(int index) => Inputs[index];

    private protected override string? FindOwnFault()
    {
        if (Inputs.Length < 2) return $"puts {Inputs.Length} inputs together; it needs at least two.";
        long channels = 0;
        foreach (Shape shape in Inputs)
        {
            if ((channels += shape.Channels) > int.MaxValue) return "puts too many channels together.";
            if (shape.Height != InputShape.Height || shape.Width != InputShape.Width)
            {
                return $"puts {InputShape} and {shape} together; heights and widths must be equal.";
            }
        }

        return null;
    }
}
