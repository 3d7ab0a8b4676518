using Espalier.Pruning.Layerwise;
using MathNet.Numerics.LinearAlgebra;

namespace Espalier.Tests.Pruning.Layerwise;

public sealed class RowEliminationTests
{
    [Theory]
    [InlineData(7)]
    [InlineData(33)]
    [InlineData(100)]
    public void Each_deletion_leaves_the_inverse_of_the_matrix_without_the_deleted(int size)
    {
        Matrix<double> hessian = LayerwiseData.FirstHessian(LayerwiseData.Inputs(3 * size, size - 1, 1), 0.01), inverse = hessian.Inverse();
        var random = new SeededRandom(5);
        Vector<double> weights = Vector<double>.Build.Dense(size, _ => random.NextNormal());
        var row = new RowElimination(size, bandwidth: 3);
        row.Start(inverse.ToRowMajorArray(), weights.AsArray());
        var gone = new List<int>();
        for (double sum = 0; gone.Count < size - 4;)
        {
            // Compacting now and then, but not always when the room is used up, so that both states are met.
            if (row.Room == 0 || gone.Count % 11 == 10) row.Compact();
            int position;
            do position = random.Next(row.Count - 1);
            while (row.IsGone(position));
            gone.Add(row.Inputs[position]);
            sum += row.Delete(position);

            (double loss, Vector<double> best) = LayerwiseData.BestWithout(hessian, weights, gone);
            Assert.Equal(loss, sum, 1e-9 * loss);
            Check(row, hessian, best);
        }
    }

    private static void Check(RowElimination row, Matrix<double> hessian, Vector<double> best)
    {
        int[] positions = [.. Enumerable.Range(0, row.Count).Where(i => !row.IsGone(i))];
        int[] stay = [.. positions.Select(i => row.Inputs[i])];
        Matrix<double> inverse =
            Matrix<double>.Build.Dense(stay.Length, stay.Length, (i, j) => hessian[stay[i], stay[j]]).Inverse();
        for (int i = 0; i < positions.Length; i++)
        {
            Assert.Equal(best[stay[i]], row.Weights[positions[i]], 1e-9);
            for (int j = i; j < positions.Length && positions[j] - positions[i] < 3; j++)
            {
                Assert.Equal(inverse[i, j], row.Band(positions[j] - positions[i])[positions[i]], 1e-9);
            }
        }
    }
}
