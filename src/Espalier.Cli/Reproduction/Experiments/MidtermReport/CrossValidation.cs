using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Pruning.Units;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Reproduction.Experiments.MidtermReport;

/// <summary>N2PS (reconstruction) on a data set of classes, by cross-validation.</summary>
internal static class CrossValidation
{
    /// <summary>
    /// The epochs of training and of each retraining and the hidden units, the same for all sets. A removal stands when the training part
    /// has no more errors than the dense network; when half a point more was let pass, breast-cancer lost 1.3 points on the folds left out.
    /// </summary>
    private const int Epochs = 100, RetrainingEpochs = 30, HiddenUnits = 10;

    /// <summary>All choices in words.</summary>
    public static string Recipe(string set, int folds) => FormattableString.Invariant(
        $"{set}, {folds} folds; inputs-{HiddenUnits}-classes, sigmoid and softmax; {Training(Epochs)}; then {RetrainingEpochs} epochs; ")
        + Options();

    /// <summary>The mean over the folds.</summary>
    public static CrossValidationResult Run(
        DataCatalog data, string set, int folds, IProgress<TrainingProgress> progress, CancellationToken cancellation)
    {
        Dataset whole = Whole(data, set);
        double before = 0, after = 0, inputs = 0, hidden = 0;
        foreach (DataSplit raw in DatasetSplitter.Folds(whole, folds, seed: 1))
        {
            FeatureScaling scaling = FeatureScaling.Fit(raw.Train, MissingValues.Error, standardize: true);
            (Dataset train, Dataset test) = (scaling.Apply(raw.Train), scaling.Apply(raw.Test));
            var network = TrainableNetwork.Perceptron(
                "n2ps", train.InputShape, [HiddenUnits, train.ClassNames.Count], Activation.Sigmoid, Activation.Softmax, seed: 1);
            new Trainer(network, train, null, Training(Epochs)).Run(progress, cancellation);
            before += Accuracy(network, test) / folds;
            UnitPruningLog log = new SignificancePruner(network, train, null, Options()).Run(null, cancellation);
            after += Accuracy(network, test) / folds;
            RemovedUnit[] removed = [.. log.Rounds.Where(round => !round.IsTakenBack).SelectMany(round => round.Removed)];
            inputs += (double)removed.Count(one => one.Unit.Layer == 0) / folds;
            hidden += (double)removed.Count(one => one.Unit.Layer == 1) / folds;
        }

        int all = whole.InputShape.Length;
        return new CrossValidationResult(set, all, all - inputs, HiddenUnits, HiddenUnits - hidden, before, after);
    }

    /// <summary>
    /// A set in one piece, its inputs as the file has them. The values that breast-cancer lacks, 16 of 6,291, take the median of a part.
    /// </summary>
    private static Dataset Whole(DataCatalog data, string set)
    {
        DataSplit split = data.Load(set, new DataOptions { Standardize = false });
        return Dataset.Classification(set, split.Train.InputShape, [.. split.Train.Inputs, .. split.Test.Inputs],
            [.. split.Train.Labels!, .. split.Test.Labels!], split.Train.ClassNames, split.Train.FeatureNames);
    }

    private static TrainingOptions Training(int epochs) => new()
    {
        Optimizer = new OptimizerOptions { WeightDecay = 1e-3 },
        LearningRate = LearningRateSchedule.Cosine(0.01, 1e-4),
        Epochs = epochs,
        BatchSize = 32,
        Threads = 1,
    };

    private static SignificancePruningOptions Options() => new() { Retraining = Training(RetrainingEpochs) };

    private static double Accuracy(TrainableNetwork network, Dataset test) =>
        100 - Evaluator.Evaluate(network, test, LossKind.CategoricalCrossEntropy, threads: 1).ErrorPercent!.Value;
}
