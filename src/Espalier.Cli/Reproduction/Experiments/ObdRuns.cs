using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning;
using Espalier.Pruning.Criteria;
using Espalier.Pruning.Curvature;
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

    /// <summary>Trains 144-40-10 of sigmoids, 6,160 weights and 50 biases.</summary>
    public Network Train(ulong seed, Action<double, string> report, CancellationToken cancellation)
    {
        TrainableNetwork network = TrainableNetwork.Perceptron(
            "obd", data.Train.InputShape, [40, 10], Activation.Sigmoid, Activation.Sigmoid, seed);

        // A prediction is as good as the minimum is one: the rate falls to a thousandth, and the last steps see all samples.
        TrainingOptions descent = Options(scale.Epochs, 1e-2, seed) with { LearningRate = LearningRateSchedule.Cosine(1e-2, 1e-5) };
        new Trainer(network, data.Train, null, descent).Run(new TrainingMeter(Part(report, 0, 0.8)), cancellation);
        TrainingOptions settling = Options(scale.FullBatches, 3e-4, seed) with { BatchSize = 0 };
        new Trainer(network, data.Train, null, settling).Run(new TrainingMeter(Part(report, 0.8, 1)), cancellation);
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
        Network dense, PruningCriterion criterion, ulong seed, Action<double, string> report, CancellationToken cancellation)
    {
        TrainableNetwork network = TrainableNetwork.FromNetwork(dense);
        PruningLog quarter = Prune(0.25, new PruningMeter(Part(report, 0, 0.5)));
        Evaluation validation = Evaluate(network, data.Validation), test = Evaluate(network, data.Test);
        return new RetrainedRun(quarter, Prune(0.25 * 0.25, new PruningMeter(Part(report, 0.5, 1))), validation, test);

        // Judged on the training samples, as the predictions are.
        PruningLog Prune(double kept, PruningMeter meter)
        {
            var options = new PruningOptions
            {
                Criterion = criterion,
                Rounds = scale.Rounds,
                Schedule = SparsitySchedule.Exponential,
                Retraining = Options(scale.RetrainingEpochs, 5e-3, seed),
            };
            return new Pruner(network, data.Train, null, Loss, options).Run(PruningTarget.Fraction(kept), meter, cancellation);
        }
    }

    /// <summary>
    /// Where the prediction fails: a rectified softmax network trained until it is certain of its training samples has next to no
    /// curvature. A fifth of its weights is kept, by the exact diagonal.
    /// </summary>
    public SaturatedOutcome Saturate(Action<double, string> report, CancellationToken cancellation)
    {
        TrainableNetwork network = TrainableNetwork.Perceptron(
            "certain", data.Train.InputShape, [100, 10], Activation.Relu, Activation.Softmax, seed: 1);
        LearningRateSchedule rate = LearningRateSchedule.Cosine(3e-3);
        var training = new TrainingOptions { Epochs = scale.SoftmaxEpochs, BatchSize = 100, LearningRate = rate };
        new Trainer(network, data.Train, null, training).Run(new TrainingMeter(report), cancellation);
        var options = new PruningOptions { Criterion = new ObdCriterion(CurvatureKind.Exact) };
        PruningLog log = new Pruner(network, data.Train, null, training.Loss, options).Run(PruningTarget.Fraction(0.2), null, cancellation);
        return new SaturatedOutcome(log.Before, log.After, log.Rounds[0].PredictedLossChange!.Value);
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

    private static Action<double, string> Part(Action<double, string> report, double from, double to) =>
        (fraction, what) => report(from + (to - from) * fraction, what);

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
