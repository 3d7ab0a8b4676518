using Espalier.Data;
using Espalier.Training;

namespace Espalier.Pruning.Surgery;

/// <summary>
/// Dynamic network surgery (Guo et al. 2016): weights are removed while the network trains, and spliced back when they grow large again.
/// The forward pass sees the masked weights w m; the gradient of the loss at those moves all weights, the removed ones too (straight
/// through the mask). A weight goes when |w| is at most 0.9 t and comes back when it is above 1.1 t, with t = max(mean + c deviation, 0) of
/// the layer's |w| at the start. Layers do not compete.
/// </summary>
/// <remarks>
/// The weights behind the mask exist during the run only: the network shows masked weights from step to step, after a cancellation too, and
/// a run that goes on from there begins with the removed ones at 0. For the same reason there is no checkpoint within a run.
/// </remarks>
public sealed class DynamicSurgery
{
    private readonly PruningStage _stage;
    private readonly DynamicSurgeryOptions _options;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">The network, trained as a rule, which the run changes. What is removed in it may come back.</param>
    /// <param name="train">What it learns from.</param>
    /// <param name="validation">What the log judges by; null for the training part. Never a test set.</param>
    /// <param name="options">All other choices.</param>
    /// <exception cref="EspalierException">The data do not fit the network, or an option is out of its range.</exception>
    public DynamicSurgery(TrainableNetwork network, Dataset train, Dataset? validation, DynamicSurgeryOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        int layers = network.PrunableParameters.Count;
        if (options.Rates.Count != 1 && options.Rates.Count != layers)
        {
            throw new EspalierException(
                $"Network '{network.Name}' has {layers} layers of weights, but {options.Rates.Count} rates are given; give one, or one "
                + "for each.");
        }

        _stage = new PruningStage(network, train, validation, options.Training.Loss, options.Training, options.FineTuning);
        _options = options;
    }

    /// <summary>How often a weight came back in the last run.</summary>
    public long Spliced { get; private set; }

    /// <summary>Trains and operates, then trains the survivors.</summary>
    /// <param name="progress">Told about the surgery, round 1, and the fine-tuning, round 2; or null.</param>
    /// <param name="cancellation">Ends the run; the network then stands as the step under way left it, under the mask of that time.</param>
    /// <returns>What happened, a round for each epoch of surgery; a round's weights may rise.</returns>
    /// <exception cref="EspalierException">A layer has lost all its weights; the network is then as it was.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public PruningLog Run(IProgress<PruningProgress>? progress = null, CancellationToken cancellation = default)
    {
        TrainableNetwork network = _stage.Network;
        var snapshot = new NetworkSnapshot(network);
        int start = network.LiveWeightCount, phases = _options.FineTuning is null ? 1 : 2;
        Evaluation before = _stage.Evaluate();
        List<PruningRound> rounds;
        try
        {
            rounds = Operate(TrainingRelay.To(progress, _stage.Network, 1, phases), cancellation);
        }
        catch (EspalierException)
        {
            snapshot.Restore(network);
            throw;
        }

        int fineTuningEpochs = 0;
        if (_options.FineTuning is TrainingOptions fineTuning)
        {
            var trainer = new Trainer(network, _stage.Train, _stage.Validation, fineTuning);
            fineTuningEpochs = trainer.Run(TrainingRelay.To(progress, _stage.Network, 2, phases), cancellation).History.Count;
        }

        Evaluation after = _stage.Evaluate();
        rounds[^1] = rounds[^1] with { AfterRetraining = after, RetrainingEpochs = fineTuningEpochs };
        return new PruningLog("dynamic-surgery", nameof(PruningScope.PerLayer), "Surgery", _stage.MeasuredOn,
            start, network.LiveWeightCount, before, after, rounds);
    }

    private List<PruningRound> Operate(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        IReadOnlyList<Parameter> layers = _stage.Network.PrunableParameters;
        SurgeryMask[] masks =
        [
            .. layers.Select((layer, i) => new SurgeryMask(layer, _options.Rates[_options.Rates.Count == 1 ? 0 : i], _options.Hysteresis)),
        ];
        var trainer = new Trainer(_stage.Network, _stage.Train, _stage.Validation, _options.Training);
        var hook = new SurgeryHook(masks, _options, trainer.StepsPerEpoch);
        trainer.Hook = hook;

        // The optimizer must move what is removed too: only the hook masks while the run lasts.
        foreach (Parameter layer in layers) layer.Thaw();
        try
        {
            trainer.Run(progress, cancellation);
        }
        finally
        {
            for (int i = 0; i < masks.Length; i++) layers[i].Freeze(masks[i].Mask);
            Spliced = hook.Spliced;
        }

        hook.EndEpoch();
        for (int i = 0; i < masks.Length; i++)
        {
            if (masks[i].LiveCount == 0)
            {
                throw new EspalierException(FormattableString.Invariant(
                    $"Surgery removed all weights of {layers[i].Name}, whose threshold was {masks[i].Threshold:G3}; give a lower rate."));
            }
        }

        return [.. trainer.History.Select(epoch => Round(epoch, hook.LiveCounts[epoch.Epoch - 1], hook.LiveCounts[epoch.Epoch]))];
    }

    private PruningRound Round(EpochRecord epoch, int[] before, int[] after)
    {
        LayerPruning[] layers =
        [
            .. _stage.Network.PrunableParameters.Select((layer, i) =>
                new LayerPruning(layer.Name, layer.Values.Length, before[i], after[i])),
        ];
        return new PruningRound(epoch.Epoch, layers, null, null, null, null, epoch.Validation, 0, IsTakenBack: false);
    }

    /// <summary>Masks and unmasks around every step.</summary>
    private sealed class SurgeryHook(SurgeryMask[] masks, DynamicSurgeryOptions options, int stepsPerEpoch) : TrainingHook
    {
        private readonly SeededRandom _random = new(options.Seed);

        public long Spliced { get; private set; }

        /// <summary>What each layer has had at the start and at the end of every epoch.</summary>
        public List<int[]> LiveCounts { get; } = [Array.ConvertAll(masks, mask => mask.LiveCount)];

        public void EndEpoch() => LiveCounts.Add(Array.ConvertAll(masks, mask => mask.LiveCount));

        public override void BeforeStep(long step)
        {
            if (step > 0 && step % stepsPerEpoch == 0) EndEpoch();
            double probability = Math.Pow(1 + options.Gamma * step, -options.Power);
            foreach (SurgeryMask mask in masks)
            {
                if (_random.NextDouble() >= probability) continue;
                Spliced += mask.Renew();
                mask.ShowMasked();
            }
        }

        public override void BeforeUpdate(long step)
        {
            foreach (SurgeryMask mask in masks) mask.ShowAll();
        }

        public override void AfterUpdate(long step)
        {
            foreach (SurgeryMask mask in masks)
            {
                mask.TakeAll();
                mask.ShowMasked();
            }
        }
    }
}
