using Espalier.Compilation.Model;
using Espalier.Data;

namespace Espalier.Inference;

/// <summary>Gives a network the inputs by which its generated code checks itself.</summary>
public static class ModelSamples
{
    /// <summary>
    /// The network with <paramref name="count"/> samples, taken at even distances from <paramref name="data"/>, in place of those it had.
    /// Their outputs are the reference interpreter's.
    /// </summary>
    /// <exception cref="ArgumentException">The data's samples do not fit the network.</exception>
    public static Network Attach(Network network, Dataset data, int count)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var interpreter = new ReferenceInterpreter(network);
        var samples = new Sample[Math.Min(count, data.Count)];
        for (int i = 0; i < samples.Length; i++)
        {
            float[] input = data.Input((int)((long)i * data.Count / samples.Length)).ToArray();
            var output = new float[network.OutputShape.Length];
            interpreter.Predict(input, output);
            samples[i] = Sample.FromDense(input, output);
        }

        return network with { Samples = new EquatableArray<Sample>(samples) };
    }
}
