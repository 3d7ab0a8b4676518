using Espalier.Training;

namespace Espalier.Pruning.Units;

/// <summary>A row of weights with its bias that computes a unit, or a part of one.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Row">The row.</param>
internal readonly record struct UnitRow(TrainableWeightedLayer Layer, int Row)
{
    /// <summary>The incoming weights.</summary>
    public Span<float> Weights => Of(Layer.Weights.Values);

    /// <summary>The bias.</summary>
    public ref float Bias => ref Layer.Biases.Values[Row];

    /// <summary>The row's part of the weights or of their mask.</summary>
    public Span<T> Of<T>(T[] cells) => cells.AsSpan(Row * Layer.Weights.Columns, Layer.Weights.Columns);
}
