using Espalier.Data;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Training;

/// <summary>Counts a network's errors and its loss on a data set.</summary>
public sealed class Evaluator
{
    private const int BatchSize = 512;
    private readonly NetworkPass _pass;
    private readonly OutputLoss _loss;
    private readonly TargetCoding _coding;
    private readonly Dataset _data;
    private readonly float[] _targets;
    private readonly int _outputs;

    internal Evaluator(TrainableNetwork network, Dataset data, LossKind loss)
    {
        RequireSamples(network, data);
        _data = data;
        _outputs = network.OutputShape.Length;
        int capacity = Math.Min(BatchSize, data.Count);
        _loss = new OutputLoss(loss, network.Layers[^1].Activation, _outputs, capacity);
        _coding = new TargetCoding(network.Layers[^1].Activation, _outputs);
        _targets = _coding.Encode(data, loss);
        _pass = new NetworkPass(network, capacity, withGradients: false);
    }

    /// <summary>Evaluates <paramref name="network"/> on <paramref name="data"/>.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">Samples of the network's input and output lengths.</param>
    /// <param name="loss">The loss to report.</param>
    /// <param name="threads">The number of threads, 0 for one for each processor; no influence on the result.</param>
    /// <exception cref="EspalierException">The data do not fit the network, or the loss does not fit its last activation.</exception>
    public static Evaluation Evaluate(TrainableNetwork network, Dataset data, LossKind loss, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        using var engine = new ComputeEngine(threads);
        return new Evaluator(network, data, loss).Evaluate(engine);
    }

    /// <summary>Throws unless the set has samples, of as many values as the network reads.</summary>
    internal static void RequireSamples(TrainableNetwork network, Dataset data)
    {
        if (data.Count == 0) throw new EspalierException($"Data set '{data.Name}' is empty.");
        if (data.InputShape.Length != network.InputShape.Length)
        {
            throw new EspalierException(
                $"Data set '{data.Name}' has samples of {data.InputShape}; network '{network.Name}' reads {network.InputShape}.");
        }
    }

    /// <summary>The samples.</summary>
    internal Dataset Data => _data;

    internal Evaluation Evaluate(ComputeEngine engine)
    {
        int inputs = _data.InputShape.Length, errors = 0;
        double loss = 0;
        for (int start = 0; start < _data.Count; start += _pass.Capacity)
        {
            int count = Math.Min(_pass.Capacity, _data.Count - start);
            _data.Inputs.AsSpan(start * inputs, count * inputs).CopyTo(_pass.Input);
            _pass.Forward(engine, count);
            loss += _loss.Evaluate(_pass.Logits, _targets.AsSpan(start * _outputs, count * _outputs), [], count);
            if (_data.Labels is not int[] labels) continue;
            for (int i = 0; i < count; i++)
            {
                if (_coding.Decide(_loss.Values.Slice(i * _outputs, _outputs)) != labels[start + i]) errors++;
            }
        }

        return new Evaluation(_data.Count, _data.IsClassification ? errors : null, loss / _data.Count);
    }
}
