using Espalier.Data;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Training;

/// <summary>Counts a network's errors and its loss on a data set.</summary>
public sealed class Evaluator
{
    private readonly SampleSweep _sweep;

    internal Evaluator(TrainableNetwork network, Dataset data, LossKind loss) => _sweep = new SampleSweep(network, data, loss);

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

    /// <summary>What <paramref name="network"/> answers to each sample of <paramref name="data"/>.</summary>
    /// <inheritdoc cref="Evaluate(TrainableNetwork, Dataset, LossKind, int)"/>
    /// <returns>The outputs, samples x outputs.</returns>
    public static float[] Predict(TrainableNetwork network, Dataset data, LossKind loss, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        using var engine = new ComputeEngine(threads);
        var sweep = new SampleSweep(network, data, loss);
        int outputs = network.OutputShape.Length;
        var answers = new float[data.Count * outputs];
        sweep.Run(engine, (start, count) =>
        {
            sweep.EvaluateLoss(start, count);
            sweep.Outputs[..(count * outputs)].CopyTo(answers.AsSpan(start * outputs));
        });
        return answers;
    }

    /// <summary>The samples.</summary>
    internal Dataset Data => _sweep.Data;

    internal Evaluation Evaluate(ComputeEngine engine)
    {
        int outputs = _sweep.Network.OutputShape.Length, errors = 0;
        double loss = 0;
        _sweep.Run(engine, (start, count) =>
        {
            loss += _sweep.EvaluateLoss(start, count);
            if (Data.Labels is not int[] labels) return;
            for (int i = 0; i < count; i++)
            {
                if (_sweep.Coding.Decide(_sweep.Outputs.Slice(i * outputs, outputs)) != labels[start + i]) errors++;
            }
        });
        return new Evaluation(Data.Count, Data.IsClassification ? errors : null, loss / Data.Count);
    }
}
