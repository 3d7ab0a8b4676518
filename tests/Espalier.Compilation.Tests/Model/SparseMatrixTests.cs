using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Model;

public class SparseMatrixTests
{
    private static readonly float[] s_dense = [0, 1.5f, 0, -2, 0, 0, 0, 0.25f, 3];

    [Fact]
    public void Dense_to_sparse_and_back_is_the_identity()
    {
        var matrix = SparseMatrix.FromDense(3, 3, s_dense);

        Assert.Equal(4, matrix.Count);
        Assert.Equal([1, 1, 2], Enumerable.Range(0, 3).Select(matrix.RowCount));
        Assert.Equal([1, 0, 1, 2], Enumerable.Range(0, 4).Select(matrix.ColumnIndex));
        Assert.Equal(s_dense, matrix.ToDense());
    }

    [Fact]
    public void Equal_content_is_equal_and_any_change_is_not()
    {
        var matrix = SparseMatrix.FromDense(3, 3, s_dense);
        Assert.Equal(matrix, SparseMatrix.FromDense(3, 3, s_dense));
        Assert.Equal(matrix.GetHashCode(), SparseMatrix.FromDense(3, 3, s_dense).GetHashCode());

        for (int i = 0; i < s_dense.Length; i++)
        {
            float[] changed = [.. s_dense];
            changed[i] = s_dense[i] == 0 ? 1 : MathF.BitIncrement(s_dense[i]);
            Assert.NotEqual(matrix, SparseMatrix.FromDense(3, 3, changed));
        }

        Assert.NotEqual(matrix, SparseMatrix.FromDense(1, 9, s_dense));
    }

    [Fact]
    public void A_codebook_must_hold_every_weight_and_counts_in_equality()
    {
        SparseMatrix Make(FloatVector? codebook) => new(1, 3, [0, 2], [0, 2], [0.5f, -1], codebook);

        Assert.Equal(2, Make(new FloatVector([-1, 0.5f])).Codebook!.Length);
        Assert.NotEqual(Make(null), Make(new FloatVector([-1, 0.5f])));
        ArgumentException error = Assert.Throws<ArgumentException>(() => Make(new FloatVector([0.5f, 1])));
        Assert.Contains("column 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 0, 2 }, new[] { 1, 0 }, "out of order")]
    [InlineData(new[] { 0, 2 }, new[] { 1, 1 }, "out of order")]
    [InlineData(new[] { 0, 2 }, new[] { 1, 3 }, "not below 3")]
    [InlineData(new[] { 0, 2 }, new[] { -1, 1 }, "out of order")]
    [InlineData(new[] { 0, 1 }, new[] { 0, 1 }, "do not span")]
    [InlineData(new[] { 1, 2 }, new[] { 0, 1 }, "do not span")]
    public void Broken_patterns_are_refused(int[] rowStarts, int[] columns, string fragment)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new SparseMatrix(1, 3, rowStarts, columns, [1f, 2f]));
        Assert.Contains(fragment, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Weights_that_are_not_finite_are_refused(float weight) =>
        Assert.Throws<ArgumentException>(() => new SparseMatrix(1, 1, [0, 1], [0], [weight]));
}
