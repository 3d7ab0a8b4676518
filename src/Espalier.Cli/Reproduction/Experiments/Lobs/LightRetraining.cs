using System.Globalization;
using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Reproduction.Experiments.Lobs;

/// <summary>Retraining counted in steps, by Adam with a rate that falls in a line to 0.00001, watched on its way.</summary>
/// <param name="BatchSize">The samples of a step.</param>
/// <param name="Decay">The L2 term.</param>
/// <param name="Rate">The first rate.</param>
internal sealed record LightRetraining(int BatchSize, double Decay, double Rate)
{
    private const double FinalRate = 1e-5;

    /// <summary>The settings in words.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"Adam, L2 {Decay}, rate {Rate} falling to {FinalRate}, batches of {BatchSize}");

    /// <summary>Trains so many steps, less what does not go into whole epochs.</summary>
    /// <param name="run">Told of the progress.</param>
    /// <param name="network">The network, which changes.</param>
    /// <param name="train">All samples; each epoch takes the first so many of them that whole batches come of it.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="seed">Decides the order of the samples.</param>
    /// <param name="error">The test error of a network in percent.</param>
    /// <returns>The test error before, on the way, and after the last step.</returns>
    public List<PathPoint> Run(
        ExperimentRun run, TrainableNetwork network, Dataset train, int steps, ulong seed, Func<TrainableNetwork, double> error)
    {
        var path = new List<PathPoint> { new(0, error(network)) };
        int epochs = (steps * BatchSize + train.Count - 1) / train.Count, perEpoch = steps / epochs, all = perEpoch * epochs;
        var options = new TrainingOptions
        {
            Epochs = epochs,
            BatchSize = BatchSize,
            LearningRate = LearningRateSchedule.Linear(Rate, FinalRate),
            Optimizer = new OptimizerOptions { WeightDecay = Decay },
            Seed = seed,
        };
        new Trainer(network, train.Slice(train.Name, 0, perEpoch * BatchSize), null, options).Run(new Watch(progress =>
        {
            int step = (progress.Epoch - 1) * perEpoch + progress.Step;
            run.Report((double)step / all, $"seed {seed}");
            if (step == all || step % 30 == 0 || (step <= 50 && step % 10 == 0)) path.Add(new PathPoint(step, error(network)));
        }), run.Cancellation);
        return path;
    }

    /// <summary>Looks at a training from within.</summary>
    private sealed class Watch(Action<TrainingProgress> look) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => look(value);
    }
}
