using Espalier.Pruning.Surgery;
using Espalier.Training.Kernels;
using MathNet.Numerics.LinearAlgebra;

namespace Espalier.Tests.Pruning.Surgery;

public sealed class InverseHessianTests
{
    [Theory]
    [InlineData(1, 1, 0.5)]
    [InlineData(7, 3, 0.1)]
    [InlineData(40, 32, 1e-2)]
    [InlineData(40, 33, 1e-2)]
    [InlineData(61, 200, 1e-4)]
    public void Recursion_gives_the_inverse_of_the_sum(int size, int vectors, double alpha)
    {
        (InverseHessian inverse, Matrix<double> hessian) = Build(size, vectors, alpha, threads: 1);

        AssertEqual(hessian.Inverse(), inverse);
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        InverseHessian one = Build(230, 70, 1e-2, threads: 1).Inverse, three = Build(230, 70, 1e-2, threads: 3).Inverse;

        for (int i = 0; i < one.Size; i++) Assert.Equal(one.Row(i).ToArray(), three.Row(i).ToArray());
    }

    [Fact]
    public void Elimination_gives_the_inverse_of_the_matrix_without_the_rows_and_columns()
    {
        (InverseHessian inverse, Matrix<double> hessian) = Build(30, 90, 1e-3, threads: 1);
        int[] gone = [4, 29, 0, 17];

        foreach (int index in gone) inverse.Eliminate(index);

        int[] left = [.. Enumerable.Range(0, 30).Except(gone)];
        Matrix<double> reduced = Matrix<double>.Build.Dense(left.Length, left.Length, (i, j) => hessian[left[i], left[j]]).Inverse();
        double scale = reduced.Enumerate().Max(Math.Abs);
        for (int i = 0; i < left.Length; i++)
        {
            for (int j = 0; j < left.Length; j++) Assert.Equal(reduced[i, j] / scale, inverse.Row(left[i])[left[j]] / scale, 1e-9);
        }

        foreach (int index in gone) Assert.All(inverse.Row(index).ToArray(), value => Assert.Equal(0, value));
        Assert.All(left, row => Assert.All(gone, column => Assert.Equal(0, inverse.Row(row)[column])));
    }

    private static (InverseHessian Inverse, Matrix<double> Hessian) Build(int size, int vectors, double alpha, int threads)
    {
        var random = new SeededRandom(7);
        double[] diagonal = [.. Enumerable.Range(0, size).Select(i => alpha * (1 + i % 3))];
        var inverse = new InverseHessian(diagonal);
        Matrix<double> hessian = Matrix<double>.Build.DenseOfDiagonalArray(diagonal);
        using var team = new ThreadTeam(threads);
        for (int k = 0; k < vectors; k++)
        {
            Vector<double> x = Vector<double>.Build.Dense(size, _ => random.NextNormal());
            x.AsArray().CopyTo(inverse.Next);
            inverse.Add(team, vectors);
            hessian += x.OuterProduct(x) / vectors;
        }

        inverse.Flush(team, vectors);
        return (inverse, hessian);
    }

    private static void AssertEqual(Matrix<double> expected, InverseHessian actual)
    {
        double scale = expected.Enumerate().Max(Math.Abs);
        for (int i = 0; i < actual.Size; i++)
        {
            for (int j = 0; j < actual.Size; j++) Assert.Equal(expected[i, j] / scale, actual.Row(i)[j] / scale, 1e-9);
        }
    }
}
