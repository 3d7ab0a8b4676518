using System.Security.Cryptography;
using System.Text;
using Espalier.Cli.Pruning;
using Espalier.Compilation.Format;
using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Sessions;
using Espalier.Training;

namespace Espalier.Cli.Sweeping;

/// <summary>
/// Makes the networks of a sweep: each is the given one, pruned and retrained; what was made before is taken from the folder.
/// </summary>
/// <param name="Parts">The finished networks.</param>
/// <param name="Given">The dense network.</param>
/// <param name="Train">What it was trained on.</param>
/// <param name="Validation">What the best are chosen by.</param>
/// <param name="Training">How to train: all epochs of a gradual run, or of all rounds together.</param>
internal sealed record SweepWork(PartFolder Parts, Network Given, Dataset Train, Dataset Validation, TrainingOptions Training)
{
    /// <summary>The rounds of criteria that move the survivors, which no gradual schedule suits: each removal is work.</summary>
    private const int Rounds = 4;

    private const string GivenName = "as given";

    // What decides the results besides the candidate.
    private readonly string _recipe = FormattableString.Invariant(
        $"{ModelHash(Given)}, {DataFingerprint.Of(Train, Validation)}, {Training.Loss}, {Training.Optimizer}, ") +
        FormattableString.Invariant($"{Training.LearningRate.Kind} {Training.LearningRate.Initial}, {Training.Epochs} epochs, ") +
        FormattableString.Invariant($"batch {Training.BatchSize}, seed {Training.Seed}");

    /// <summary>The network of a candidate.</summary>
    /// <param name="candidate">Which.</param>
    /// <param name="report">Told the part that is done and a word on it.</param>
    /// <param name="cancel">Ends the work.</param>
    public Network Make(SweepCandidate candidate, Action<double, string> report, CancellationToken cancel) =>
        Parts.Model(
            candidate.FileName, $"{candidate.Words}; {_recipe}", () => Prune(candidate, new PruningMeter(report), cancel).ToNetwork());

    private TrainableNetwork Prune(SweepCandidate candidate, PruningMeter meter, CancellationToken cancel)
    {
        TrainableNetwork network = TrainableNetwork.FromNetwork(Given, freezeZeros: true);
        PruningCriterion criterion = CriterionCatalog.Create(candidate.Criterion);
        PruningTarget target = candidate.Keep is double kept ? PruningTarget.Fraction(kept) : PruningTarget.OfPattern;
        string method = criterion is ScoreCriterion ? MethodArguments.Gradual : MethodArguments.Rounds;
        var choices = new PruningChoices(method, target, criterion, candidate.Pattern, PruningScope.Global, Allocation: null);
        if (choices.IsGradual)
        {
            var gradual = new GradualPruner(network, Train, Validation, choices.Gradual(Training));
            gradual.Run(target, meter, cancel);
            return gradual.Layout?.OrderUnits(network) ?? network;
        }

        var session = new PruningSession(network, Train, Validation, Training.Loss);
        TrainingOptions retraining = Training with { Epochs = Math.Max(1, Training.Epochs / Rounds) };
        new Pruner(session, choices.InRounds(Rounds, retraining)).Run(target, meter, cancel);
        return session.Context.Layout?.OrderUnits(network) ?? network;
    }

    /// <summary>What a network came to.</summary>
    /// <param name="candidate">What it is; null for the given one.</param>
    /// <param name="network">The network.</param>
    /// <param name="test">The test part.</param>
    /// <param name="one">The nanoseconds of one sample.</param>
    /// <param name="many">The nanoseconds of a sample in a batch.</param>
    public SweepPoint Point(SweepCandidate? candidate, Network network, Dataset test, double one, double many)
    {
        TrainableNetwork trainable = TrainableNetwork.FromNetwork(network);
        return new SweepPoint(
            candidate?.Name ?? GivenName, candidate?.Criterion ?? "", candidate?.Pattern.Name ?? GivenName, network.WeightCount,
            Error(Validation), Error(test), one, many);

        double Error(Dataset data)
        {
            Evaluation evaluation = Evaluator.Evaluate(trainable, data, Training.Loss);
            return evaluation.ErrorPercent ?? evaluation.Loss;
        }
    }

    private static string ModelHash(Network network) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ModelWriter.ToText(network))));
}
