using Espalier.Compilation.Model;
using Espalier.Inference;
using Espalier.Interchange;

namespace Espalier.Tests.Interchange;

/// <summary>A tensor of a test: what a model reads or should yield.</summary>
internal sealed record TestTensor(string Name, int[] Dims, float[] Values);

/// <summary>
/// Runs an imported network on the tensors of its model: sample by sample, put in the network's order, and together again.
/// </summary>
internal static class OnnxRun
{
    /// <summary>How a network computes a sample.</summary>
    public delegate void Predictor(ReadOnlySpan<float> input, Span<float> output);

    /// <summary>The outputs of the network, one tensor for each of the model's that was taken.</summary>
    public static float[][] Outputs(OnnxImportResult model, IReadOnlyDictionary<string, TestTensor> inputs, Predictor predict)
    {
        int count = model.Inputs.Where(port => port.BatchAxis == 0).Select(port => inputs[port.Name].Dims[0]).Append(1).First();
        var samples = new float[count][];
        for (int n = 0; n < count; n++)
        {
            var sample = new float[model.Network.OutputShape.Length];
            predict(Sample(model, inputs, n), sample);
            samples[n] = sample;
        }

        var outputs = new float[model.Outputs.Count][];
        for (int o = 0, start = 0; o < outputs.Length; start += model.Outputs[o++].Length)
        {
            OnnxPort port = model.Outputs[o];
            int inner = port.BatchAxis < 0 ? port.Length : port.Dimensions.Skip(port.BatchAxis).Aggregate(1, (a, b) => a * b);
            outputs[o] = [.. Enumerable.Range(0, port.Length / inner).SelectMany(outer =>
                samples.SelectMany(sample => sample[(start + outer * inner)..(start + (outer + 1) * inner)]))];
        }

        return outputs;
    }

    /// <summary>The reference interpreter of a network.</summary>
    public static Predictor Interpreter(Network network) => new ReferenceInterpreter(network).Predict;

    private static float[] Sample(OnnxImportResult model, IReadOnlyDictionary<string, TestTensor> inputs, int n)
    {
        float[] sample = [.. model.Inputs.SelectMany(port => port.BatchAxis < 0
            ? inputs[port.Name].Values
            : inputs[port.Name].Values[(n * port.Length)..((n + 1) * port.Length)])];
        return model.Inputs[0].Order is { } order ? [.. order.Select(index => sample[index])] : sample;
    }
}
