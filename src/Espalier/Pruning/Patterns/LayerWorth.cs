using Espalier.Training;

namespace Espalier.Pruning.Patterns;

/// <summary>What the weights of a layer are worth, in numbers that add up.</summary>
internal sealed class LayerWorth
{
    private readonly Parameter _layer;
    private readonly float[] _scores;
    private readonly bool _inSquares;

    /// <summary>Joins a layer and its scores.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="scores">A score for each weight.</param>
    /// <param name="inSquares">See <see cref="ScoreCriterion.AddsUpInSquares"/>.</param>
    public LayerWorth(Parameter layer, float[] scores, bool inSquares) => (_layer, _scores, _inSquares) = (layer, scores, inSquares);

    /// <summary>The layer's units.</summary>
    public int Units => _layer.Rows;

    /// <summary>The inputs of a unit.</summary>
    public int Inputs => _layer.Columns;

    /// <summary>Whether a weight is left.</summary>
    public bool IsLive(int weight) => _layer.IsLive(weight);

    /// <summary>What a weight is worth: its score or the square of it, always finite.</summary>
    public double Of(int weight)
    {
        double score = Math.Clamp(_scores[weight], float.MinValue, float.MaxValue);
        return _inSquares ? score * score : score;
    }

    /// <summary>The worth of all weights in rows, one a unit; 0 where a weight is gone or worth less than nothing.</summary>
    public double[][] Rows()
    {
        var rows = new double[Units][];
        for (int unit = 0, weight = 0; unit < rows.Length; unit++)
        {
            rows[unit] = new double[Inputs];
            for (int input = 0; input < Inputs; input++, weight++)
            {
                if (IsLive(weight)) rows[unit][input] = Math.Max(0, Of(weight));
            }
        }

        return rows;
    }
}
