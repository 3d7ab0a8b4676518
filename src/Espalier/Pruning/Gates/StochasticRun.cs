using Espalier.Data;
using Espalier.Training;

namespace Espalier.Pruning.Gates;

/// <summary>
/// Trains a copy of a network under noise, takes the noise away, removes what it decided, fine-tunes, and only then changes the network
/// itself. A run that was cancelled goes on where it stood when it is run again, and comes to the same bits.
/// </summary>
internal sealed class StochasticRun
{
    private readonly TrainableNetwork _network;
    private readonly StochasticDense[] _layers;
    private readonly PruningStage _stage;
    private readonly Trainer _trainer;
    private readonly TrainingOptions? _fineTuning;
    private readonly ParameterAverage _average;
    private readonly List<(IReadOnlyList<LayerSparsity> Layers, Evaluation? Evaluation)> _epochs = [];
    private readonly string _method;
    private readonly Evaluation _before;

    /// <summary>Prepares a run.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="network">The network, which <see cref="Run"/> changes when it comes to its end.</param>
    /// <param name="train">What it learns from.</param>
    /// <param name="validation">What the log judges by, or null.</param>
    /// <param name="training">The training under noise.</param>
    /// <param name="fineTuning">The training after it, or null.</param>
    /// <param name="averageDecay">The part of the average of parameters that survives a step; 0 to judge by the last ones.</param>
    /// <param name="disturb">Makes the noisy form of a layer; its number is the second argument.</param>
    public StochasticRun(
        string method, TrainableNetwork network, Dataset train, Dataset? validation, TrainingOptions training, TrainingOptions? fineTuning,
        double averageDecay, Func<TrainableDense, int, StochasticDense> disturb)
    {
        (_method, _network, _fineTuning) = (method, network, fineTuning);
        _stage = new PruningStage(network.Clone(), train, validation, training.Loss, training, fineTuning);
        _layers = [.. network.Layers.Select((layer, i) => layer is TrainableDense dense
            ? disturb(dense, i)
            : throw new EspalierException($"Layer '{layer.Name}' is no dense layer; {method} prunes dense layers only."))];
        _trainer = new Trainer(new TrainableNetwork(network.Name, network.InputShape, _layers), train, null, training);
        _trainer.Hook = new NoiseHook(this);
        _average = new ParameterAverage(_trainer.Network.Parameters, averageDecay);
        _before = _stage.Evaluate();
    }

    /// <summary>Trains, prunes, fine-tunes.</summary>
    /// <param name="progress">Told about the training, round 1, and the fine-tuning, round 2; or null.</param>
    /// <param name="cancellation">Ends the run; the network is then as it was.</param>
    /// <exception cref="EspalierException">A layer lost all its weights, or training diverged; the network is as it was.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public StochasticPruningLog Run(IProgress<PruningProgress>? progress, CancellationToken cancellation)
    {
        int phases = _fineTuning is null ? 1 : 2;
        progress?.Report(new PruningProgress(1, phases, _network.LiveWeightCount, null));
        _trainer.Run(TrainingRelay.To(progress, _stage.Network, 1, phases), cancellation);
        LayerSparsity[] layers = [.. Settle()];
        if (Array.Find(layers, layer => layer.Weights == 0) is LayerSparsity empty)
        {
            throw new EspalierException(
                $"Layer '{empty.Name}' lost all its weights in training; lower its penalty or train for fewer epochs.");
        }

        Evaluation pruned = _stage.Evaluate();
        Evaluation? tuned = null;
        if (_fineTuning is not null)
        {
            new Trainer(_stage.Network, _stage.Train, _stage.Validation, _fineTuning)
                .Run(TrainingRelay.To(progress, _stage.Network, 2, phases), cancellation);
            tuned = _stage.Evaluate();
        }

        int weightsBefore = _network.LiveWeightCount;
        new NetworkSnapshot(_stage.Network).Restore(_network);
        return new StochasticPruningLog(_method, _stage.MeasuredOn, weightsBefore, _before, pruned, tuned, layers,
            [.. _epochs.Select((epoch, i) => new StochasticEpoch(i + 1, _trainer.History[i].Loss, epoch.Layers, epoch.Evaluation))]);
    }

    // Puts the pruned network, as it would be now, in the place of the plain copy.
    private LayerSparsity[] Settle()
    {
        var expected = new double[_layers.Length];
        var masks = new uint[_layers.Length][];
        _average.Use(() =>
        {
            for (int i = 0; i < _layers.Length; i++)
            {
                var plain = (TrainableDense)_stage.Network.Layers[i];
                _layers[i].Settle(plain.Weights.Values, masks[i] = new uint[plain.Weights.Values.Length]);
                _layers[i].Biases.Values.CopyTo(plain.Biases.Values, 0);
                expected[i] = _layers[i].ExpectedWeights;
            }
        });
        var sparsities = new LayerSparsity[_layers.Length];
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            Parameter weights = ((TrainableDense)_stage.Network.Layers[i]).Weights;
            bool[] read = InputsRead(masks[i], weights.Columns);
            weights.Freeze(masks[i]);
            sparsities[i] = new LayerSparsity(_layers[i].Name, read.Count(isRead => isRead), weights.LiveCount, expected[i]);
            if (i > 0) RemoveUnread(read, masks[i - 1], ((TrainableDense)_stage.Network.Layers[i - 1]).Biases.Values);
        }

        return sparsities;
    }

    private static bool[] InputsRead(uint[] mask, int inputs)
    {
        var read = new bool[inputs];
        for (int i = 0; i < mask.Length; i++) read[i % inputs] |= mask[i] == Parameter.Live;
        return read;
    }

    // A unit that nothing reads can go with all it reads: no output changes by a bit.
    private static void RemoveUnread(bool[] read, uint[] mask, float[] biases)
    {
        int inputs = mask.Length / read.Length;
        for (int unit = 0; unit < read.Length; unit++)
        {
            if (read[unit]) continue;
            for (int i = unit * inputs; i < (unit + 1) * inputs; i++) mask[i] = Parameter.Removed;
            biases[unit] = 0;
        }
    }

    /// <summary>Draws noise before each step, keeps its parameters in range after it, and looks at the network after each epoch.</summary>
    private sealed class NoiseHook(StochasticRun run) : TrainingHook
    {
        public override void BeforeStep(long step)
        {
            foreach (StochasticDense layer in run._layers) layer.BeginStep(step, (double)step / run._trainer.StepsPerEpoch);
        }

        public override void AfterUpdate(long step)
        {
            foreach (StochasticDense layer in run._layers) layer.EndStep();
            run._average.Update(step);
            if (step % run._trainer.StepsPerEpoch != 0) return;
            IReadOnlyList<LayerSparsity> layers = run.Settle();
            run._epochs.Add((layers, run._stage.Validation is null ? null : run._stage.Evaluate()));
        }
    }
}
