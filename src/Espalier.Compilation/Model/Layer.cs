namespace Espalier.Compilation.Model;

/// <summary>One step of a network: a closed set of sealed cases, each an immutable value.</summary>
/// <param name="Name">An identifier (ASCII letters, digits, underscore), unique within the network.</param>
public abstract record Layer(string Name)
{
    /// <summary>The shape of what the layer reads.</summary>
    public abstract Shape InputShape { get; }

    /// <summary>The shape of what the layer yields.</summary>
    public abstract Shape OutputShape { get; }
}
