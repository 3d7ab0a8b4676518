namespace Espalier.Interchange;

/// <summary>An array as NumPy has it.</summary>
public sealed class NpyArray
{
    /// <summary>Takes an array.</summary>
    /// <param name="shape">The length of each side; none for a single number.</param>
    /// <param name="values">The elements in C order, the last side running fastest; shared.</param>
    /// <exception cref="ArgumentException">The elements are not as many as the shape says.</exception>
    public NpyArray(IReadOnlyList<int> shape, float[] values)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(values);
        long count = shape.Aggregate(1L, (product, side) => checked(product * side));
        if (count != values.Length)
        {
            throw new ArgumentException($"{values.Length} elements for a shape of ({string.Join(", ", shape)}).", nameof(values));
        }

        (Shape, Values) = ([.. shape], values);
    }

    /// <summary>The length of each side; none for a single number.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The elements in C order, the last side running fastest.</summary>
    public float[] Values { get; }

    /// <summary>The matrix with rows and columns exchanged: layers here are outputs x inputs, most others' inputs x outputs.</summary>
    /// <exception cref="InvalidOperationException">The array has not two sides.</exception>
    public NpyArray Transpose()
    {
        if (Shape.Count != 2) throw new InvalidOperationException($"An array of {Shape.Count} sides is no matrix.");
        (int rows, int columns) = (Shape[0], Shape[1]);
        var values = new float[Values.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++) values[j * rows + i] = Values[i * columns + j];
        }

        return new NpyArray([columns, rows], values);
    }
}
