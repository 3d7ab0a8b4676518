using Espalier.Training;

namespace Espalier.Pruning.Layerwise;

/// <summary>
/// What a layer is to become: which weights stay, and their values. It is computed whole before anything of the network changes.
/// </summary>
internal sealed class LayerSolution
{
    private readonly uint[] _mask;
    private readonly float[] _weights, _biases;
    private readonly int _inputs;

    /// <summary>A layer of which nothing stays, with biases of zero.</summary>
    public LayerSolution(int rows, int inputs)
    {
        _inputs = inputs;
        (_mask, _weights, _biases) = (new uint[rows * inputs], new float[rows * inputs], new float[rows]);
    }

    /// <summary>Sets a unit: the weights of <paramref name="kept"/>, and the bias.</summary>
    /// <param name="row">The unit.</param>
    /// <param name="kept">Whether each weight stays.</param>
    /// <param name="weights">The weights, of which those that go are not read, followed by the bias.</param>
    public void SetRow(int row, ReadOnlySpan<bool> kept, ReadOnlySpan<double> weights)
    {
        for (int i = 0; i < _inputs; i++)
        {
            int index = row * _inputs + i;
            (_mask[index], _weights[index]) = kept[i] ? (Parameter.Live, (float)weights[i]) : (Parameter.Removed, 0);
        }

        _biases[row] = (float)weights[_inputs];
    }

    /// <summary>Puts the solution into a layer of its size.</summary>
    public void Commit(TrainableWeightedLayer layer)
    {
        _weights.CopyTo(layer.Weights.Values, 0);
        layer.Weights.Freeze(_mask);
        _biases.CopyTo(layer.Biases.Values, 0);
    }
}
