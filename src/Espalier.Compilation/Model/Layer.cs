namespace Espalier.Compilation.Model;

/// <summary>
/// One step of a network: a closed set of sealed cases, each an immutable value. A layer reads what the layer before it yields, unless
/// <see cref="Sources"/> names others.
/// </summary>
/// <param name="Name">
/// An identifier (ASCII letters, digits, underscore), unique within the network, and not <see cref="InputName"/>.
/// </param>
/// <param name="Activation">The function applied to all values that the layer yields.</param>
public abstract record Layer(string Name, Activation Activation)
{
    /// <summary>The name by which <see cref="Sources"/> mean the network's input.</summary>
    public const string InputName = "input";

    /// <summary>
    /// The names of the layers read, all of them earlier in the network, or <see cref="InputName"/>. Empty: the layer before, and for the
    /// first layer the network's input.
    /// </summary>
    public EquatableArray<string> Sources { get; init; }

    /// <summary>The shape of what the layer reads; of several inputs, of the first.</summary>
    public abstract Shape InputShape { get; }

    /// <summary>The shape of what the layer yields.</summary>
    public abstract Shape OutputShape { get; }

    /// <summary>How many inputs the layer reads.</summary>
    public virtual int InputCount => 1;

    /// <summary>The shape of input <paramref name="index"/>.</summary>
    public virtual Shape InputShapeAt(int index) => InputShape;

    /// <summary>Why the layer taken alone makes no sense, or null when it does. The message starts with the layer's name.</summary>
    internal string? FindFault()
    {
        if (!Identifier.IsValid(Name)) return $"Layer name '{Name}' is not an identifier.";
        if (Name == InputName) return $"A layer is called '{InputName}', which means the network's input.";
        if (!FloatBits.IsFinite(Activation.Alpha)) return $"Layer '{Name}' has an activation parameter that is not finite.";
        if (FindOwnFault() is string fault) return $"Layer '{Name}' {fault}";
        Shape output = OutputShape;
        if ((long)output.Channels * output.Height * output.Width > int.MaxValue) return $"Layer '{Name}' yields {output}: too many values.";
        if (!Activation.IsElementwise && !output.IsFlat)
        {
            return $"Layer '{Name}' applies softmax to {output}; softmax is for plain vectors.";
        }

        return null;
    }

    /// <summary>
    /// What of its own kind is wrong with the layer, as the rest of a sentence that starts with its name; null when nothing is.
    /// </summary>
    private protected virtual string? FindOwnFault() => null;
}
