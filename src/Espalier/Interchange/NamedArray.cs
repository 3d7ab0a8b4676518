namespace Espalier.Interchange;

/// <summary>An array with the name that it has in a file of several.</summary>
/// <param name="Name">The name, "fc1.weight".</param>
/// <param name="Array">The array.</param>
public sealed record NamedArray(string Name, NpyArray Array);
