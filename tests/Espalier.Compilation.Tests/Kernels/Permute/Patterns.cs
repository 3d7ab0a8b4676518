using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Kernels.Permute;

/// <summary>Matrices to lay out in lanes.</summary>
internal static class Patterns
{
    /// <summary>A matrix in which each weight stands with probability <paramref name="density"/>; the weights are 1, 2, 3, ...</summary>
    public static SparseMatrix Random(int rows, int columns, double density, int seed)
    {
        var random = new Random(seed);
        int weight = 0;
        return SparseMatrix.FromDense(
            rows, columns, [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextDouble() < density ? ++weight : 0f)]);
    }
}
