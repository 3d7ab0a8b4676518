using System.Diagnostics;
using Espalier.Data;
using Espalier.Training.Kernels;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Training;

/// <summary>
/// Trains a network in place. A run can be cancelled and continued, in this process or from a checkpoint in another, and comes
/// to the same bits as one that never stopped, whatever the number of threads.
/// </summary>
public sealed class Trainer
{
    /// <summary>Progress is reported this often in an epoch.</summary>
    private const int ReportsPerEpoch = 50;

    private readonly Dataset _train;
    private readonly Evaluator? _validator;
    private readonly NetworkPass _pass;
    private readonly OutputLoss _loss;
    private readonly TargetCoding _coding;
    private readonly BatchSource _batches;
    private readonly SeededRandom _random;
    private readonly int _outputs;
    private string? _fingerprint;

    /// <summary>Prepares a run from the network's present weights.</summary>
    /// <param name="network">The network, which the run changes.</param>
    /// <param name="train">What it learns from.</param>
    /// <param name="validation">What early stopping and the history look at, or null.</param>
    /// <param name="options">All other choices.</param>
    /// <exception cref="EspalierException">The data do not fit the network, or an option is out of its range.</exception>
    public Trainer(TrainableNetwork network, Dataset train, Dataset? validation, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        SampleSweep.RequireSamples(network, train);
        if (options.EarlyStopping is not null && validation is null)
        {
            throw new EspalierException("Early stopping needs a validation part; give one or turn it off.");
        }

        (Network, _train, Options, _outputs) = (network, train, options, network.OutputShape.Length);
        _coding = new TargetCoding(network.Layers[^1].Activation, _outputs);
        _batches = new BatchSource(train, _coding.Encode(train, options.Loss), _outputs, options.BatchSize);
        _loss = new OutputLoss(options.Loss, network.Layers[^1].Activation, _outputs, _batches.BatchSize);
        _validator = validation is null ? null : new Evaluator(network, validation, options.Loss);
        _pass = new NetworkPass(network, _batches.BatchSize, withGradients: true, options.Seed);
        Optimizer = new Optimizer(options.Optimizer, network.Parameters);
        _random = new SeededRandom(options.Seed);
        State = new TrainerState { EpochRandom = _random.State };
    }

    /// <summary>The network under training.</summary>
    public TrainableNetwork Network { get; }

    /// <summary>The choices of this run.</summary>
    public TrainingOptions Options { get; }

    /// <summary>The epochs done so far.</summary>
    public IReadOnlyList<EpochRecord> History => State.History;

    /// <summary>The steps of an epoch.</summary>
    public int StepsPerEpoch => _batches.BatchesPerEpoch;

    /// <summary>Where to keep a checkpoint, or null for none. It is written after every epoch and when the run is cancelled.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>What is done around every step besides, or null.</summary>
    internal TrainingHook? Hook { get; set; }

    internal Optimizer Optimizer { get; }

    internal TrainerState State { get; private set; }

    /// <summary>The hash of all samples: a second for MNIST, so computed once.</summary>
    internal string DataFingerprint => _fingerprint ??= Data.DataFingerprint.Of(_train, _validator?.Data);

    /// <summary>Continues the run that left a checkpoint.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <param name="train">The same training samples as before.</param>
    /// <param name="validation">The same validation samples as before, or null.</param>
    /// <exception cref="EspalierException">The file is missing, damaged, no checkpoint, of another version, or of other data.</exception>
    public static Trainer Resume(string path, Dataset train, Dataset? validation)
    {
        Checkpoint checkpoint = Checkpoint.Load(path);
        if (checkpoint.HookMemory.Length > 0)
        {
            throw new EspalierException($"{path}: the checkpoint belongs to a pruning run; go on with that, not with its training alone.");
        }

        string fingerprint = Data.DataFingerprint.Of(train, validation);
        checkpoint.RequireData(fingerprint);
        var trainer = new Trainer(
            checkpoint.Network, train, validation, checkpoint.Options) { CheckpointPath = path, _fingerprint = fingerprint };
        trainer.Restore(checkpoint);
        return trainer;
    }

    /// <summary>Writes all that <see cref="Resume"/> needs, whole or not at all.</summary>
    /// <exception cref="EspalierException">The file cannot be written.</exception>
    public void SaveCheckpoint(string path) => Checkpoint.Save(path, this);

    /// <summary>
    /// Goes on where <paramref name="checkpoint"/> of a trainer with the same options and a network of the same shape stood.
    /// </summary>
    /// <exception cref="EspalierException">It is of other data.</exception>
    internal void Restore(Checkpoint checkpoint)
    {
        checkpoint.RequireData(DataFingerprint);
        checkpoint.RestoreNetwork(Network);
        checkpoint.RestoreMoments(Optimizer);
        State = checkpoint.State;
        _random.State = State.EpochRandom;
    }

    /// <summary>Trains to the last epoch, or until early stopping.</summary>
    /// <param name="progress">Told about fifty times an epoch, or null.</param>
    /// <param name="cancellation">Ends the run after the step under way; <see cref="Run"/> again goes on from there.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="EspalierException">The loss is no longer finite, or a checkpoint cannot be written.</exception>
    public TrainingResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var engine = new ComputeEngine(Options.Threads);
        var pace = new Pace(progress, State.Epoch * (long)StepsPerEpoch + State.Step);
        while (!State.Finished)
        {
            RunEpoch(engine, pace, cancellation);
            EndEpoch(engine);
            if (CheckpointPath is not null) SaveCheckpoint(CheckpointPath);
        }

        bool stopped = State.Epoch < Options.Epochs;
        return new TrainingResult(State.History, Options.EarlyStopping is null ? State.Epoch : State.BestEpoch, stopped);
    }

    private void RunEpoch(ComputeEngine engine, Pace pace, CancellationToken cancellation)
    {
        _random.State = State.EpochRandom;
        _batches.Shuffle(_random);
        int interval = Math.Max(1, StepsPerEpoch / ReportsPerEpoch);
        while (State.Step < StepsPerEpoch)
        {
            if (cancellation.IsCancellationRequested)
            {
                if (CheckpointPath is not null) SaveCheckpoint(CheckpointPath);
                cancellation.ThrowIfCancellationRequested();
            }

            RunStep(engine);
            if (State.Step % interval == 0 || State.Step == StepsPerEpoch) pace.Report(this);
        }
    }

    private void RunStep(ComputeEngine engine)
    {
        Hook?.BeforeStep(Optimizer.Steps);
        int count = _batches.Gather(engine, State.Step, _pass.Input);
        _pass.Step = Optimizer.Steps;
        _pass.Forward(engine, count);
        double loss = _loss.Evaluate(_pass.Logits, _batches.Targets, _pass.LogitGradient, count);
        if (!double.IsFinite(loss))
        {
            throw new EspalierException(
                $"Training diverged at epoch {State.Epoch + 1}, step {State.Step + 1}: the loss is not finite; lower the learning rate.");
        }

        _pass.Backward(engine, count);
        double time = State.Epoch + (State.Step + 0.5) / StepsPerEpoch;
        State.LearningRate = Options.LearningRate.At(time, Options.Epochs);
        Hook?.BeforeUpdate(Optimizer.Steps);
        Optimizer.Step(engine, State.LearningRate);
        Hook?.AfterUpdate(Optimizer.Steps);
        State.LossSum += loss;
        State.Samples += count;
        if (_train.IsClassification)
        {
            for (int i = 0; i < count; i++)
            {
                if (_coding.Decide(_loss.Values.Slice(i * _outputs, _outputs)) != _batches.Label(i)) State.Errors++;
            }
        }

        State.Step++;
    }

    private void EndEpoch(ComputeEngine engine)
    {
        Evaluation? validation = _validator?.Evaluate(engine);
        State.Epoch++;
        double? error = _train.IsClassification ? 100.0 * State.Errors / State.Samples : null;
        State.History.Add(new EpochRecord(State.Epoch, State.LossSum / State.Samples, error, validation, State.LearningRate));
        State.Finished = State.Epoch == Options.Epochs;
        if (Options.EarlyStopping is EarlyStopping stopping) StopOrRemember(validation!, stopping);
        State.StartEpoch(_random.State);
    }

    private void StopOrRemember(Evaluation validation, EarlyStopping stopping)
    {
        if (State.BestEpoch == 0 || validation.IsBetterThan(State.History[State.BestEpoch - 1].Validation!))
        {
            State.BestEpoch = State.Epoch;
            State.BestValues ??= [.. Network.Parameters.Select(parameter => new float[parameter.Values.Length])];
            for (int i = 0; i < State.BestValues.Length; i++) Network.Parameters[i].Values.CopyTo(State.BestValues[i], 0);
        }

        State.Finished |= State.Epoch - State.BestEpoch >= stopping.Patience;
        if (!State.Finished) return;
        for (int i = 0; i < State.BestValues!.Length; i++)
        {
            Parameter parameter = Network.Parameters[i];
            State.BestValues[i].CopyTo(parameter.Values, 0);
            if (parameter.Mask is uint[] mask) parameter.Freeze(mask);
        }
    }

    /// <summary>Reports progress with the time taken and the time left.</summary>
    private sealed class Pace(IProgress<TrainingProgress>? progress, long firstStep)
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        public void Report(Trainer trainer)
        {
            if (progress is null) return;
            TrainerState state = trainer.State;
            long done = state.Epoch * (long)trainer.StepsPerEpoch + state.Step, all = trainer.Options.Epochs * (long)trainer.StepsPerEpoch;
            TimeSpan elapsed = Stopwatch.GetElapsedTime(_started);
            progress.Report(new TrainingProgress(
                state.Epoch + 1, trainer.Options.Epochs, state.Step, trainer.StepsPerEpoch, state.LossSum / state.Samples,
                trainer._train.IsClassification ? 100.0 * state.Errors / state.Samples : null,
                state.History.Count == 0 ? null : state.History[^1].Validation?.ErrorPercent,
                state.LearningRate, elapsed, elapsed * ((double)(all - done) / (done - firstStep))));
        }
    }
}
