using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;

namespace Espalier.Training;

/// <summary>
/// Runs a network over a whole set in order, batch by batch: what everybody does who looks at activations or derivatives.
/// </summary>
internal sealed class SampleSweep
{
    private const int BatchSize = 512;

    private readonly OutputLoss _loss;
    private readonly float[] _targets;
    private readonly int _outputs;

    /// <summary>Prepares passes of <paramref name="network"/> over <paramref name="data"/>.</summary>
    /// <param name="network">The network; its weights may change between passes.</param>
    /// <param name="data">The samples.</param>
    /// <param name="loss">The loss of <see cref="EvaluateLoss"/>.</param>
    /// <param name="withGradients">Whether gradients will be asked for.</param>
    /// <param name="batchSize">The most samples of a batch.</param>
    /// <exception cref="EspalierException">The data do not fit the network, or the loss does not fit its last activation.</exception>
    public SampleSweep(TrainableNetwork network, Dataset data, LossKind loss, bool withGradients = false, int batchSize = BatchSize)
    {
        RequireSamples(network, data);
        (Network, Data, Loss, _outputs) = (network, data, loss, network.OutputShape.Length);
        int capacity = Math.Min(batchSize, data.Count);
        Activation output = network.Layers[^1].Activation;
        _loss = new OutputLoss(loss, output, _outputs, capacity);
        Coding = new TargetCoding(output, _outputs);
        _targets = Coding.Encode(data, loss);
        Pass = new NetworkPass(network, capacity, withGradients);
    }

    /// <summary>The network.</summary>
    public TrainableNetwork Network { get; }

    /// <summary>The samples.</summary>
    public Dataset Data { get; }

    /// <summary>The loss of <see cref="EvaluateLoss"/>.</summary>
    public LossKind Loss { get; }

    /// <summary>The coding of targets as output values.</summary>
    public TargetCoding Coding { get; }

    /// <summary>The buffers of the batch under way.</summary>
    public NetworkPass Pass { get; }

    /// <summary>The network's outputs after <see cref="EvaluateLoss"/>, samples x outputs.</summary>
    public ReadOnlySpan<float> Outputs => _loss.Values;

    /// <summary>Throws unless the set has samples, of as many values as the network reads.</summary>
    public static void RequireSamples(TrainableNetwork network, Dataset data)
    {
        if (data.Count == 0) throw new EspalierException($"Data set '{data.Name}' is empty.");
        if (data.InputShape.Length != network.InputShape.Length)
        {
            throw new EspalierException(
                $"Data set '{data.Name}' has samples of {data.InputShape}; network '{network.Name}' reads {network.InputShape}.");
        }
    }

    /// <summary>
    /// Goes through the set: after each batch's forward pass, calls <paramref name="visit"/> with its first sample and count.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(ComputeEngine engine, Action<int, int> visit, CancellationToken cancellation = default)
    {
        int inputs = Data.InputShape.Length;
        for (int start = 0; start < Data.Count; start += Pass.Capacity)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(Pass.Capacity, Data.Count - start);
            Data.Inputs.AsSpan(start * inputs, count * inputs).CopyTo(Pass.Input);
            Pass.Forward(engine, count);
            visit(start, count);
        }
    }

    /// <summary>The targets of the batch, samples x outputs.</summary>
    public ReadOnlySpan<float> Targets(int start, int count) => _targets.AsSpan(start * _outputs, count * _outputs);

    /// <summary>
    /// The loss summed over the batch under way. With gradients, <see cref="NetworkPass.LogitGradient"/> then holds the derivative of the
    /// batch's mean loss, ready for <see cref="NetworkPass.Backward"/>.
    /// </summary>
    public double EvaluateLoss(int start, int count) =>
        _loss.Evaluate(Pass.Logits, Targets(start, count), Pass.HasGradients ? Pass.LogitGradient : [], count);
}
