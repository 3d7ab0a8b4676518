namespace Espalier.Interchange.Import;

/// <summary>The arithmetic of axes: lengths, steps, broadcasting.</summary>
internal static class Tensors
{
    /// <summary>The number of elements.</summary>
    /// <exception cref="EspalierException">They are more than this library takes, or a length is negative.</exception>
    public static int Count(ReadOnlySpan<int> dims)
    {
        const int MaxElements = 1 << 27;
        long count = 1;
        foreach (int length in dims)
        {
            if (length < 0 || (count *= length) > MaxElements)
            {
                throw new EspalierException($"a tensor of {Show(dims)} elements is too large.");
            }
        }

        return (int)count;
    }

    /// <summary>By how many elements one step along each axis moves, in row-major order.</summary>
    public static int[] Steps(ReadOnlySpan<int> dims)
    {
        var steps = new int[dims.Length];
        for (int i = dims.Length - 1, step = 1; i >= 0; step *= dims[i--]) steps[i] = step;
        return steps;
    }

    /// <summary>The lengths that both sets of axes broadcast to, aligned at their last; null when they do not.</summary>
    public static int[]? Broadcast(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        var dims = new int[Math.Max(a.Length, b.Length)];
        for (int i = 1; i <= dims.Length; i++)
        {
            int x = i <= a.Length ? a[^i] : 1, y = i <= b.Length ? b[^i] : 1;
            if (x != y && x != 1 && y != 1) return null;
            dims[^i] = x == 1 ? y : x;
        }

        return dims;
    }

    /// <summary>Axis lengths as messages show them: "1x3x28x28", "scalar" for none.</summary>
    public static string Show(ReadOnlySpan<int> dims) => dims.Length == 0 ? "scalar" : string.Join("x", dims.ToArray());
}
