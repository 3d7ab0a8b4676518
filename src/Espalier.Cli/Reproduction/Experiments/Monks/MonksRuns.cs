using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Surgery;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Cli.Reproduction.Experiments.Monks;

/// <summary>
/// Trains and prunes networks for one of the MONK's problems as Hassibi and Stork set them up: 17-h-1 sigmoid, squared error.
/// </summary>
internal sealed class MonksRuns
{
    /// <summary>A quarter of the seeds fail to learn MONK 2; this many failures would mean that something is wrong.</summary>
    private const int MostSeedsForOne = 40;

    /// <summary>
    /// What stands on the Hessian's diagonal besides. Of 1e-8, 1e-6 and the powers of ten from 1e-5 to 1e-1, on 10 to 12 of these seeds,
    /// the smallest with which MONK 2 comes down to 14 weights with no training error; below it the least is 16.
    /// </summary>
    private const double Alpha = 1e-4;

    private readonly int _problem;
    private readonly DataSplit _data;

    public MonksRuns(ExperimentRun run, int problem) => (_problem, _data) = (problem, run.Data.Load($"monks-{problem}"));

    /// <summary>The hidden units of the paper's network.</summary>
    public int Hidden => _problem == 1 ? 3 : 2;

    /// <summary>The samples of the published training set.</summary>
    public int TrainCount => _data.Train.Count;

    /// <summary>All settings in words.</summary>
    public string Recipe => FormattableString.Invariant(
        $"17-{Hidden}-1 sigmoid, squared error, decay {Training.WeightDecay}, L-BFGS, alpha {Alpha}, recomputed after each deletion");

    // Problem 3 has wrong labels in its training set, which the stronger decay keeps the network from learning.
    private FullBatchOptions Training => new() { WeightDecay = _problem == 3 ? 1e-3 : 1e-4 };

    /// <summary>
    /// The first seeds whose networks learn the training set. That of problem 3 cannot be learned for its noise, and any network serves.
    /// </summary>
    public List<ulong> LearnedSeeds(int count, CancellationToken cancellation)
    {
        var seeds = new List<ulong>();
        for (ulong seed = 1; seeds.Count < count && seed <= (ulong)(MostSeedsForOne * count); seed++)
        {
            if (_problem == 3 || TrainErrors(Dense(seed, cancellation)) == 0) seeds.Add(seed);
        }

        return seeds.Count == count
            ? seeds
            : throw new EspalierException($"monks-{_problem}: only {seeds.Count} seeds learn the training set.");
    }

    /// <summary>The trained network of a seed, at a minimum.</summary>
    public TrainableNetwork Dense(ulong seed, CancellationToken cancellation)
    {
        TrainableNetwork network = TrainableNetwork.Perceptron(
            $"monks{_problem}", Shape.Flat(MonksProblem.InputLength), [Hidden, 1], Activation.Sigmoid, Activation.Sigmoid, seed);
        FullBatchTrainer.Train(network, _data.Train, LossKind.MeanSquaredError, Training, cancellation);
        return network;
    }

    /// <summary>Prunes the network of a seed as far as the training accuracy stays.</summary>
    public (TrainableNetwork Network, MonksOutcome Outcome) Prune(
        ulong seed, DeletionOrder order, RetrainingTime retraining, CancellationToken cancellation)
    {
        TrainableNetwork network = Dense(seed, cancellation);
        SequentialPruningLog log = new SequentialPruner(network, _data.Train, LossKind.MeanSquaredError, Options(order, retraining))
            .Run(cancellation: cancellation);
        Evaluation test = Evaluator.Evaluate(network, _data.Test, LossKind.MeanSquaredError, threads: 1);
        return (network, new MonksOutcome(seed, log.CountAfter, log.After.Errors!.Value, log.After.Loss, test.Errors!.Value));
    }

    /// <summary>The objective after each deletion without retraining, until nothing is left; it starts with the dense network.</summary>
    public List<(int Left, double Objective)> Path(ulong seed, DeletionOrder order, CancellationToken cancellation)
    {
        SequentialPruningOptions options = Options(order, RetrainingTime.Never) with { LargestErrorRise = 100 };
        SequentialPruningLog log = new SequentialPruner(Dense(seed, cancellation), _data.Train, LossKind.MeanSquaredError, options)
            .Run(cancellation: cancellation);
        return [(log.CountBefore, log.Deletions[0].Before), .. log.Deletions.Select(deletion => (deletion.Left, deletion.After))];
    }

    private SequentialPruningOptions Options(DeletionOrder order, RetrainingTime retraining) => new()
    {
        Order = order,
        IncludeBiases = true,
        Retraining = retraining,
        Training = Training,
        Curvature = new CurvatureOptions { Alpha = Alpha, RecomputeEvery = 1 },
    };

    private int TrainErrors(TrainableNetwork network) =>
        Evaluator.Evaluate(network, _data.Train, LossKind.MeanSquaredError, threads: 1).Errors!.Value;
}
