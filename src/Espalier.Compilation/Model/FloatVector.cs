using System;

namespace Espalier.Compilation.Model;

/// <summary>
/// An immutable vector of floats that compares by its <i>bits</i> (so that -0 differs from +0) in constant time, through a
/// content hash computed when it is made.
/// </summary>
public sealed class FloatVector : IEquatable<FloatVector>
{
    private readonly float[] _values;

    /// <summary>Takes a copy of <paramref name="values"/>.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public FloatVector(float[] values) : this(Copy(values), ContentHash.Empty.Add(values))
    {
    }

    private FloatVector(float[] values, ContentHash hash) => (_values, Hash) = (values, hash);

    /// <summary>A vector of no elements.</summary>
    public static FloatVector Empty { get; } = Own([]);

    /// <summary>Makes a vector around <paramref name="values"/> without a copy; the caller gives the array away.</summary>
    internal static FloatVector Own(float[] values) => new(values, ContentHash.Empty.Add(values));

    /// <summary>The number of elements.</summary>
    public int Length => _values.Length;

    /// <summary>The hash of the length and the bits of all elements.</summary>
    public ContentHash Hash { get; }

    /// <summary>The element at <paramref name="index"/>.</summary>
    public float this[int index] => _values[index];

    /// <summary>The array itself, for reading only.</summary>
    internal float[] Raw => _values;

    /// <summary>A copy of the elements.</summary>
    public float[] ToArray() => (float[])_values.Clone();

    /// <inheritdoc/>
    public bool Equals(FloatVector? other) => other is not null && Length == other.Length && Hash == other.Hash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FloatVector);

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode();

    private static float[] Copy(float[] values) => (float[])(values ?? throw new ArgumentNullException(nameof(values))).Clone();
}
