using Espalier.Training;

namespace Espalier.Pruning;

/// <summary>
/// The numbers and masks of a network at one time, for going back to it. What a mask removes is +0 and takes a bit: a snapshot of a network
/// with a twentieth of its weights is about a twelfth of the whole.
/// </summary>
internal sealed class NetworkSnapshot
{
    private const int BitsPerWord = 32;

    private readonly (float[] Numbers, uint[] Bits)[] _parameters;

    public NetworkSnapshot(TrainableNetwork network) => _parameters = [.. network.Parameters.Select(Pack)];

    private NetworkSnapshot((float[] Numbers, uint[] Bits)[] parameters) => _parameters = parameters;

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static NetworkSnapshot Read(BinaryReader reader)
    {
        var parameters = new (float[], uint[])[reader.ReadInt32()];
        for (int i = 0; i < parameters.Length; i++) parameters[i] = (reader.ReadArray<float>(), reader.ReadArray<uint>());
        return new NetworkSnapshot(parameters);
    }

    /// <summary>Writes the numbers that live and the bits of the masks.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(_parameters.Length);
        foreach ((float[] numbers, uint[] bits) in _parameters)
        {
            writer.WriteArray(numbers);
            writer.WriteArray(bits);
        }
    }

    /// <summary>Gives <paramref name="network"/> the numbers and masks back.</summary>
    public void Restore(TrainableNetwork network)
    {
        for (int i = 0; i < _parameters.Length; i++)
        {
            Parameter parameter = network.Parameters[i];
            (float[] numbers, uint[] bits) = _parameters[i];
            if (bits.Length == 0)
            {
                parameter.Thaw();
                numbers.CopyTo(parameter.Values, 0);
                continue;
            }

            var mask = new uint[parameter.Values.Length];
            for (int j = 0, next = 0; j < mask.Length; j++)
            {
                bool lives = (bits[j / BitsPerWord] >> j % BitsPerWord & 1) != 0;
                mask[j] = lives ? Parameter.Live : Parameter.Removed;
                if (lives) parameter.Values[j] = numbers[next++];
            }

            parameter.Freeze(mask);
        }
    }

    // Without a mask: all numbers and no bits.
    private static (float[] Numbers, uint[] Bits) Pack(Parameter parameter)
    {
        if (parameter.Mask is not uint[] mask) return ((float[])parameter.Values.Clone(), []);
        var numbers = new float[parameter.LiveCount];
        var bits = new uint[(mask.Length + BitsPerWord - 1) / BitsPerWord];
        for (int j = 0, next = 0; j < mask.Length; j++)
        {
            if (mask[j] == Parameter.Removed) continue;
            bits[j / BitsPerWord] |= 1u << j % BitsPerWord;
            numbers[next++] = parameter.Values[j];
        }

        return (numbers, bits);
    }
}
