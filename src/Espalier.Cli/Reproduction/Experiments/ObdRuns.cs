using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Reproduction.Experiments;

/// <summary>The work behind <see cref="ObdPredictionExperiment"/>: training to a minimum, deletion without and with retraining.</summary>
/// <param name="data">The samples.</param>
/// <param name="scale">How much of everything.</param>
internal sealed class ObdRuns(PooledDigits data, ObdScale scale)
{
    private const LossKind Loss = LossKind.MeanSquaredError;

    /// <summary>Trains 144-17-10 of sigmoids, 2,618 weights and 27 biases.</summary>
    public Network Train(ulong seed, IProgress<TrainingProgress> progress, CancellationToken cancellation)
    {
        TrainableNetwork network = TrainableNetwork.Perceptron(
            "obd", data.Train.InputShape, [17, 10], Activation.Sigmoid, Activation.Sigmoid, seed);

        // A prediction is as good as the minimum is one: the rate falls until steps are lost in rounding, and the last ones see all samples.
        TrainingOptions descent = Options(scale.Epochs, 1e-2, seed) with { LearningRate = LearningRateSchedule.Cosine(1e-2, 1e-5) };
        new Trainer(network, data.Train, null, descent).Run(progress, cancellation);
        TrainingOptions settling = Options(scale.FullBatches, 3e-4, seed) with { BatchSize = 0 };
        new Trainer(network, data.Train, null, settling).Run(progress, cancellation);
        return network.ToNetwork();
    }

    /// <summary>Deletes ever more weights in the order of one ranking, without retraining, by OBD and by magnitude.</summary>
    public IReadOnlyList<DeletionStep> Delete(Network dense)
    {
        TrainableNetwork byObd = TrainableNetwork.FromNetwork(dense), byMagnitude = byObd.Clone();
        var context = new PruningContext(byObd, data.Train, Loss);
        float[][] saliencies = new ObdCriterion().Score(context), magnitudes = new MagnitudeCriterion().Score(context);
        double start = Evaluate(byObd, data.Train).Loss;
        var steps = new List<DeletionStep> { new(byObd.WeightCount, start, start, start) };
        for (int step = 1; step < scale.Steps; step++)
        {
            int keep = byObd.WeightCount - byObd.WeightCount * step / scale.Steps;
            MaskSelection.Apply(byObd, saliencies, keep, PruningScope.Global);
            MaskSelection.Apply(byMagnitude, magnitudes, keep, PruningScope.Global);
            steps.Add(new DeletionStep(
                keep, Evaluate(byObd, data.Train).Loss, start + SumOfRemoved(byObd, saliencies), Evaluate(byMagnitude, data.Train).Loss));
        }

        return steps;
    }

    /// <summary>Prunes to a quarter of the weights in rounds with retraining, and as many rounds further.</summary>
    public RetrainedRun Retrain(
        Network dense, PruningCriterion criterion, ulong seed, IProgress<PruningProgress> progress, CancellationToken cancellation)
    {
        TrainableNetwork network = TrainableNetwork.FromNetwork(dense);
        PruningLog quarter = Prune(0.25);
        Evaluation validation = Evaluate(network, data.Validation), test = Evaluate(network, data.Test);
        return new RetrainedRun(quarter, Prune(0.25 * 0.25), validation, test);

        // Judged on the training samples, as the predictions are.
        PruningLog Prune(double kept)
        {
            var options = new PruningOptions
            {
                Criterion = criterion,
                Rounds = scale.Rounds,
                Schedule = SparsitySchedule.Exponential,
                Retraining = Options(scale.RetrainingEpochs, 5e-3, seed),
            };
            return new Pruner(network, data.Train, null, Loss, options).Run(PruningTarget.Fraction(kept), progress, cancellation);
        }
    }

    /// <summary>How a network does on the validation and on the test part.</summary>
    public (Evaluation Validation, Evaluation Test) Judge(Network network)
    {
        TrainableNetwork trainable = TrainableNetwork.FromNetwork(network);
        return (Evaluate(trainable, data.Validation), Evaluate(trainable, data.Test));
    }

    private static Evaluation Evaluate(TrainableNetwork network, Dataset samples) => Evaluator.Evaluate(network, samples, Loss);

    private static TrainingOptions Options(int epochs, double rate, ulong seed) => new()
    {
        Loss = Loss,
        Epochs = epochs,
        BatchSize = 1000,
        LearningRate = LearningRateSchedule.Cosine(rate),
        Seed = seed,
    };

    private static double SumOfRemoved(TrainableNetwork network, float[][] saliencies)
    {
        double sum = 0;
        for (int i = 0; i < saliencies.Length; i++)
        {
            for (int j = 0; j < saliencies[i].Length; j++)
            {
                if (network.PrunableParameters[i].Mask![j] == Parameter.Removed) sum += saliencies[i][j];
            }
        }

        return sum;
    }
}
