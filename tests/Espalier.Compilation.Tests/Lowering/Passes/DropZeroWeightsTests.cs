using Espalier.Compilation.Lowering;
using Espalier.Compilation.Lowering.Passes;
using Espalier.Compilation.Model;

namespace Espalier.Compilation.Tests.Lowering.Passes;

public sealed class DropZeroWeightsTests
{
    [Fact]
    public void Zeros_of_both_signs_go_and_everything_else_stays()
    {
        var matrix = new SparseMatrix(2, 8, [0, 3, 5], [0, 3, 7, 1, 2], [0.5f, 0f, -1f, -0f, float.Epsilon]);
        LoweredNetwork lowered = Build.Lowered(new DenseLayer("a", matrix, new FloatVector([1, 2]), Activation.Tanh));

        LoweredNetwork result = DropZeroWeights.Apply(lowered);

        var expected = new SparseMatrix(2, 8, [0, 2, 3], [0, 7, 2], [0.5f, -1f, float.Epsilon]);
        Assert.Equal(lowered.Dense(0) with { Weights = expected }, result.Dense(0));
        Assert.Equal(new PassNote("drop zero weights", "stored zeros removed: 2"), Assert.Single(result.Notes));
    }

    [Fact]
    public void A_network_without_stored_zeros_is_left_alone()
    {
        LoweredNetwork lowered = Build.Lowered(Build.SumLayer("a", 3));
        Assert.Same(lowered, DropZeroWeights.Apply(lowered));
    }

    [Fact]
    public void The_codebook_stays()
    {
        var codebook = new FloatVector([2f]);
        var matrix = new SparseMatrix(1, 2, [0, 2], [0, 1], [2f, 0f], codebook);
        LoweredNetwork result = DropZeroWeights.Apply(Build.Lowered(new DenseLayer("a", matrix, new FloatVector([1]), Activation.Tanh)));
        Assert.Equal(codebook, result.Dense(0).Weights.Codebook);
    }
}
