using Espalier.Data;
using Espalier.Pruning;
using Espalier.Training;

namespace Espalier.Cli.Pruning.Methods;

/// <summary>What an <see cref="OwnMethod"/> works on.</summary>
/// <param name="Network">The network, which the method changes.</param>
/// <param name="Train">The training part.</param>
/// <param name="Validation">The validation part, or null.</param>
/// <param name="Training">How to train, over all epochs.</param>
/// <param name="Terminal">Where progress is shown.</param>
internal sealed record OwnMethodInput(
    TrainableNetwork Network, Dataset Train, Dataset? Validation, TrainingOptions Training, Terminal Terminal)
{
    /// <summary>The part that logs are of.</summary>
    public Dataset Judge => Validation ?? Train;

    /// <summary>Runs <paramref name="work"/> under a progress bar.</summary>
    public T Track<T>(Func<PruningMeter, T> work) => Terminal.Track("pruning", report => work(new PruningMeter(report)));

    /// <summary>
    /// The training in two: a first part in which weights go, and the last <paramref name="part"/> of the epochs, which trains the
    /// survivors.
    /// </summary>
    /// <exception cref="EspalierException">There is but one epoch.</exception>
    public (TrainingOptions Pruning, TrainingOptions FineTuning) Halves(double part = 0.5)
    {
        if (Training.Epochs < 2) throw new EspalierException("--epochs must be at least 2: one to prune, one to fine-tune.");
        int tuning = Math.Clamp((int)(part * Training.Epochs), 1, Training.Epochs - 1);
        return (Training with { Epochs = Training.Epochs - tuning }, Training with { Epochs = tuning, Seed = Training.Seed + 1 });
    }

    /// <summary>A log of a single round, for a method that has logs of another form.</summary>
    /// <param name="name">The method's name.</param>
    /// <param name="before">The network as it was.</param>
    /// <param name="measuredOn">The name of the set that evaluations are of.</param>
    /// <param name="evaluations">The network at the start, with its weights removed, and, where it was trained then, after that.</param>
    public PruningLog Log(
        string name, TrainableNetwork before, string measuredOn, (Evaluation Start, Evaluation Pruned, Evaluation? Trained) evaluations)
    {
        LayerPruning[] layers =
        [
            .. before.PrunableParameters.Zip(Network.PrunableParameters, (was, now) =>
                new LayerPruning(was.Name, was.Values.Length, was.LiveCount, now.LiveCount)),
        ];
        (Evaluation start, Evaluation pruned, Evaluation? trained) = evaluations;
        var round = new PruningRound(1, layers, null, null, start, pruned, trained, 0, IsTakenBack: false) { Criterion = name };
        return new PruningLog(name, "", "", measuredOn, before.LiveWeightCount, Network.LiveWeightCount, start, trained ?? pruned, [round])
        {
            Loss = Training.Loss,
        };
    }
}
