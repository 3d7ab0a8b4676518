using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Layerwise;
using Espalier.Training;

namespace Espalier.Pruning.Gates;

/// <summary>
/// Trains a copy of a network under noise, takes the noise away, removes what it decided, fine-tunes, and only then changes the network
/// itself. A run that was cancelled goes on where it stood when it is run again, and comes to the same bits.
/// </summary>
internal sealed class StochasticRun
{
    private readonly TrainableNetwork _network;
    private readonly StochasticLayer[] _layers;
    private readonly WeightedPlace[] _places;
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
    /// <param name="disturb">Makes the noisy form of a layer with weights; its number among those is the second argument.</param>
    public StochasticRun(
        string method, TrainableNetwork network, Dataset train, Dataset? validation, TrainingOptions training, TrainingOptions? fineTuning,
        double averageDecay, Func<TrainableWeightedLayer, int, StochasticLayer> disturb)
    {
        (_method, _network, _fineTuning) = (method, network, fineTuning);
        _stage = new PruningStage(network.Clone(), train, validation, training.Loss, training, fineTuning);
        _places = WeightedLayers.Of(_stage.Network);
        _layers = [.. _places.Select((place, i) => disturb(place.Layer, i))];
        TrainableLayer[] noisy = [.. network.Clone().Layers];
        for (int i = 0; i < _layers.Length; i++) noisy[_places[i].Index] = _layers[i];
        _trainer = new Trainer(new TrainableNetwork(network.Name, network.InputShape, noisy), train, null, training);
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
        var masks = new uint[_stage.Network.Layers.Count][];
        _average.Use(() =>
        {
            for (int i = 0; i < masks.Length; i++)
            {
                TrainableLayer noisy = _trainer.Network.Layers[i], plain = _stage.Network.Layers[i];
                if (noisy is StochasticLayer layer)
                {
                    layer.Settle(plain.Parameters[0].Values, masks[i] = new uint[plain.Parameters[0].Values.Length]);
                    layer.Biases.Values.CopyTo(plain.Parameters[1].Values, 0);
                    expected[Array.IndexOf(_layers, layer)] = layer.ExpectedWeights;
                    continue;
                }

                for (int p = 0; p < plain.Parameters.Count; p++) noisy.Parameters[p].Values.CopyTo(plain.Parameters[p].Values, 0);
            }
        });

        // A unit that nothing reads can go with all it reads: no output changes by a bit.
        ChannelSquares.OfReaders(_stage.Network, (index, read) =>
        {
            if (_stage.Network.Layers[index] is not TrainableWeightedLayer layer) return;
            if (layer.Activation.Kind != ActivationKind.Softmax) RemoveUnread(read, masks[index], layer.Biases.Values);
            layer.Weights.Freeze(masks[index]);
        });
        return
        [
            .. _places.Select((place, i) => new LayerSparsity(
                place.Layer.Name, CountInputs(place), place.Layer.Weights.LiveCount, expected[i])),
        ];
    }

    private static void RemoveUnread(double[] read, uint[] mask, float[] biases)
    {
        int columns = mask.Length / read.Length;
        for (int unit = 0; unit < read.Length; unit++)
        {
            if (read[unit] > 0) continue;
            mask.AsSpan(unit * columns, columns).Clear();
            biases[unit] = 0;
        }
    }

    // The inputs that a dense layer reads, or the channels that a convolution does.
    private static int CountInputs(WeightedPlace place)
    {
        TrainableWeightedLayer layer = place.Layer;
        var read = new HashSet<int>();
        var convolution = layer as TrainableConvolution;
        for (int i = 0; i < layer.Weights.Values.Length; i++)
        {
            if (!layer.Weights.IsLive(i)) continue;
            (int row, int column) = (i / layer.Weights.Columns, i % layer.Weights.Columns);
            read.Add(convolution is null
                ? column
                : row / convolution.GroupFilters * convolution.GroupChannels + column / convolution.Window.Length);
        }

        return read.Count;
    }

    /// <summary>Draws noise before each step, keeps its parameters in range after it, and looks at the network after each epoch.</summary>
    private sealed class NoiseHook(StochasticRun run) : TrainingHook
    {
        public override void BeforeStep(long step)
        {
            foreach (StochasticLayer layer in run._layers) layer.BeginStep(step, (double)step / run._trainer.StepsPerEpoch);
        }

        public override void AfterUpdate(long step)
        {
            foreach (StochasticLayer layer in run._layers) layer.EndStep();
            run._average.Update(step);
            if (step % run._trainer.StepsPerEpoch != 0) return;
            IReadOnlyList<LayerSparsity> layers = run.Settle();
            run._epochs.Add((layers, run._stage.Validation is null ? null : run._stage.Evaluate()));
        }
    }
}
