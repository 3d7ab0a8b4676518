using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>The numbers and masks of a network at one time, for taking a round back.</summary>
internal sealed class NetworkSnapshot
{
    private readonly (float[] Values, uint[]? Mask)[] _parameters;

    public NetworkSnapshot(TrainableNetwork network) =>
        _parameters = [.. network.Parameters.Select(parameter => ((float[])parameter.Values.Clone(), (uint[]?)parameter.Mask?.Clone()))];

    /// <summary>Gives <paramref name="network"/> the numbers and masks back.</summary>
    public void Restore(TrainableNetwork network)
    {
        for (int i = 0; i < _parameters.Length; i++)
        {
            Parameter parameter = network.Parameters[i];
            _parameters[i].Values.CopyTo(parameter.Values, 0);
            if (_parameters[i].Mask is uint[] mask) parameter.Freeze(mask);
            else parameter.Thaw();
        }
    }
}
