using Espalier.Compilation.Kernels;
using Espalier.Compilation.Model;

namespace Espalier.Inference;

/// <summary>
/// Computes a network in the plainest way: the definition that all generated code is compared with. Slow, short and thread-safe.
/// </summary>
/// <remarks>
/// The order of summation is part of the definition: the weights of a row that are not zero are numbered in the order of their columns;
/// term j = input x weight is added to partial sum j mod 4; partial sum 0 starts at the bias and the others at -0, which changes nothing
/// it is added to; the sum is (p0 + p1) + (p2 + p3). Each product and each sum is rounded to a float. A stored weight of zero is no
/// weight: it makes no NaN of an infinite input. In a convolution, a tap on the padding is a term with the input +0. A mean is the sum of
/// its values, row by row, divided by their number; inputs of an addition are added from the first to the last.
/// </remarks>
/// <param name="network">The network to compute.</param>
/// <exception cref="ArgumentException">The network has a fault (see <see cref="Network.FindFault()"/>).</exception>
public sealed class ReferenceInterpreter(Network network)
{
    private readonly Network _network = Checked(network);

    /// <summary>Computes the outputs for one sample.</summary>
    /// <param name="input">As many values as the network has inputs.</param>
    /// <param name="output">Receives as many values as the network has outputs; may overlap the input.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Predict(ReadOnlySpan<float> input, Span<float> output)
    {
        int inputLength = _network.InputShape.Length, outputLength = _network.OutputShape.Length;
        if (input.Length != inputLength || output.Length != outputLength)
        {
            throw new ArgumentException(
                $"The input has {input.Length} values and the output {output.Length}; {inputLength} and {outputLength} are needed.");
        }

        float[] image = input.ToArray();
        var values = new float[_network.Layers.Length][];
        for (int i = 0; i < values.Length; i++)
        {
            float[][] inputs = Array.ConvertAll(_network.SourcesOf(i), source => source < 0 ? image : values[source]);
            values[i] = Activate(_network.Layers[i], LayerSums.Of(_network.Layers[i], inputs));
        }

        values[^1].CopyTo(output);
    }

    /// <summary>
    /// The class of one sample: the index of the largest output, the first of equals; of a single output, 1 when it is above
    /// <see cref="Activation.DecisionThreshold"/> and else 0. NaN does not count, and when all outputs are NaN it is -1.
    /// </summary>
    /// <param name="input">As many values as the network has inputs.</param>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    public int Classify(ReadOnlySpan<float> input)
    {
        var output = new float[_network.OutputShape.Length];
        Predict(input, output);
        if (output.Length == 1) return float.IsNaN(output[0]) ? -1 : output[0] > _network.OutputActivation.DecisionThreshold ? 1 : 0;
        int best = -1;
        for (int i = 0; i < output.Length; i++)
        {
            if (best < 0 ? !float.IsNaN(output[i]) : output[i] > output[best]) best = i;
        }

        return best;
    }

    /// <summary>The outputs of a layer whose sums are given.</summary>
    internal static float[] Activate(Layer layer, float[] sums)
    {
        if (layer.Activation.IsElementwise) return Array.ConvertAll(sums, sum => ActivationMath.Apply(layer.Activation, sum));
        float[] output = [.. sums];
        ActivationMath.Softmax(output);
        return output;
    }

    /// <summary>The network, if it has no fault.</summary>
    internal static Network Checked(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return network.FindFault() is string fault ? throw new ArgumentException(fault, nameof(network)) : network;
    }
}
