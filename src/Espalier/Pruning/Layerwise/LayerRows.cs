using Espalier.Training;

namespace Espalier.Pruning.Layerwise;

/// <summary>A layer's units in double precision, as they stood at one time: what layer-wise methods start from.</summary>
internal sealed class LayerRows
{
    private readonly double[] _weights;
    private readonly bool[] _isLive;

    public LayerRows(TrainableWeightedLayer layer)
    {
        (Rows, Inputs) = (layer.Weights.Rows, layer.Weights.Columns);
        _weights = new double[checked(Rows * (Inputs + 1))];
        _isLive = new bool[Rows * Inputs];
        for (int row = 0; row < Rows; row++)
        {
            for (int i = 0; i < Inputs; i++)
            {
                int index = row * Inputs + i;
                _weights[row * (Inputs + 1) + i] = layer.Weights.Values[index];
                _isLive[index] = layer.Weights.IsLive(index);
            }

            _weights[row * (Inputs + 1) + Inputs] = layer.Biases.Values[row];
        }

        LiveCount = layer.Weights.LiveCount;
    }

    /// <summary>The number of units.</summary>
    public int Rows { get; }

    /// <summary>The number of inputs.</summary>
    public int Inputs { get; }

    /// <summary>The number of weights that no mask removes.</summary>
    public int LiveCount { get; }

    /// <summary>The weights of a unit, followed by its bias.</summary>
    public ReadOnlySpan<double> Weights(int row) => _weights.AsSpan(row * (Inputs + 1), Inputs + 1);

    /// <summary>Whether each weight of a unit is still there.</summary>
    public ReadOnlySpan<bool> IsLive(int row) => _isLive.AsSpan(row * Inputs, Inputs);
}
