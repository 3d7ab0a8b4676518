using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>A weighted layer that reads a unit, with the weights that lead from one to the other.</summary>
/// <param name="Index">The layer's index in the network.</param>
/// <param name="Reader">The layer.</param>
/// <param name="Face">What it reads.</param>
/// <param name="FaceIndex">Its place in <see cref="UnitParts.Faces"/>.</param>
/// <param name="FirstColumn">The first of the weights' columns that multiply it.</param>
/// <param name="Columns">How many columns do: one for each number of the face, or for each tap of a convolution.</param>
internal sealed record UnitRead(
    int Index, TrainableWeightedLayer Reader, UnitFace Face, int FaceIndex, int FirstColumn, int Columns)
{
    /// <summary>
    /// Whether positions at the border read padding in the unit's place: a constant is then not the same to all of them.
    /// </summary>
    public bool IsPadded => Reader is TrainableConvolution { Window.HasPadding: true };

    /// <summary>The weights (copied): a row for each of the reader's outputs.</summary>
    public float[] Weights()
    {
        Parameter weights = Reader.Weights;
        var copy = new float[weights.Rows * Columns];
        for (int row = 0; row < weights.Rows; row++) Of(weights.Values, row).CopyTo(copy.AsSpan(row * Columns, Columns));
        return copy;
    }

    /// <summary>The part of row <paramref name="row"/> of the weights, or of their mask, that multiplies the unit.</summary>
    public Span<T> Of<T>(T[] cells, int row) => cells.AsSpan(row * Reader.Weights.Columns + FirstColumn, Columns);
}
