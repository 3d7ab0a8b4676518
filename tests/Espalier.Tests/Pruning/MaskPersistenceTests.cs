using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Tests.Training;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Tests.Pruning;

/// <summary>What was removed stays removed, whatever trains on and however often it is stopped.</summary>
public sealed class MaskPersistenceTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"mask-{Guid.NewGuid():N}.checkpoint");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(OptimizerKind.GradientDescent)]
    [InlineData(OptimizerKind.Momentum)]
    [InlineData(OptimizerKind.Nesterov)]
    [InlineData(OptimizerKind.Adam)]
    public void After_every_step_the_non_zeros_are_the_mask_and_100_steps_after_a_stop_are_those_of_a_run_without_one(OptimizerKind kind)
    {
        // 300 samples in batches of 32: 10 steps an epoch; the stop is in the middle of the fourth.
        const int StopAfter = 36;
        TrainingOptions options = PruningRun.Training(14) with
        {
            Optimizer = new OptimizerOptions(kind) { WeightDecay = 1e-3 }, LearningRate = LearningRateSchedule.Linear(2e-2, 1e-4),
        };
        var whole = new Recorder(Pruned());
        new Trainer(whole.Network, PruningRun.Train, null, options) { Hook = whole }.Run();
        Assert.Equal(140, whole.Steps.Count);

        using var source = new CancellationTokenSource();
        var first = new Recorder(Pruned());
        var stopped = new Trainer(first.Network, PruningRun.Train, null, options) { Hook = first, CheckpointPath = _path };
        Assert.Throws<OperationCanceledException>(() => stopped.Run(new Immediate<TrainingProgress>(_ =>
        {
            if (first.Steps.Count == StopAfter) source.Cancel();
        }), source.Token));
        Trainer resumed = Trainer.Resume(_path, PruningRun.Train, null);
        var rest = new Recorder(resumed.Network);
        resumed.Hook = rest;
        resumed.Run();
        Assert.Equal(whole.Steps.GetRange(StopAfter, 100), rest.Steps.GetRange(0, 100));
    }

    private static TrainableNetwork Pruned()
    {
        TrainableNetwork network = PruningRun.Dense();
        new LampCriterion().Remove(
            new PruningContext(network, PruningRun.Train, LossKind.CategoricalCrossEntropy), new RemovalBudget(40, PruningScope.Global));
        return network;
    }

    /// <summary>Keeps the bits after every step, and checks the count of those that are not zero.</summary>
    private sealed class Recorder(TrainableNetwork network) : TrainingHook
    {
        public TrainableNetwork Network => network;

        public List<string> Steps { get; } = [];

        public override void AfterUpdate(long step)
        {
            foreach (Parameter layer in network.PrunableParameters) Assert.Equal(layer.LiveCount, layer.Values.Count(value => value != 0));
            Assert.Equal(40, network.LiveWeightCount);
            Steps.Add(string.Join(" ", TrainingData.Bits(network).SelectMany(bits => bits)));
        }
    }
}
