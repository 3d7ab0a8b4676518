using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Reproduction.Experiments.Shrinking;

/// <summary>One network of Wolfe et al.: what it learns, its shape, how it is trained, and what they print.</summary>
/// <param name="Name">The name of its part and plot.</param>
/// <param name="Title">The problem in words.</param>
/// <param name="Published">What the paper says of brute force with re-ranking, or null when there is a plot only.</param>
/// <param name="Bar">The percentage of units that may go at least before the loss has risen, or null when the paper states none.</param>
/// <param name="Train">What it learns, and what units are ranked and errors measured on.</param>
/// <param name="Widths">The units of each layer, outputs last.</param>
/// <param name="Rate">The learning rate at the start.</param>
/// <param name="Epochs">The passes through the samples.</param>
internal sealed record ShrinkingProblem(
    string Name, string Title, string? Published, double? Bar, Dataset Train, int[] Widths, double Rate, int Epochs)
{
    /// <summary>What the paper says of first and second order with re-ranking, or null.</summary>
    public string? PublishedTaylor { get; init; }

    /// <summary>The factor of w^2 / 2 in the penalty.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Decides the starting weights and the order of the samples.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The activation of the outputs.</summary>
    public Activation Output { get; init; } = Activation.Sigmoid;

    /// <summary>Squared error for sigmoid outputs, as in the paper; cross-entropy for softmax.</summary>
    public LossKind Loss => Output.Kind == ActivationKind.Softmax ? LossKind.CategoricalCrossEntropy : LossKind.MeanSquaredError;

    /// <summary>The number of hidden units.</summary>
    public int Units => Widths[..^1].Sum();

    /// <summary>All that decides the trained network.</summary>
    public string Recipe => FormattableString.Invariant(
        $"{Title}; {Train.Name}, {Train.Count} samples; {string.Join('-', Widths)}; ")
        + FormattableString.Invariant($"Adam, cosine from {Rate}, L2 {WeightDecay}, {Epochs} epochs, seed {Seed}");

    /// <summary>
    /// Trains the network at a high rate that falls to nothing: sigmoid units are driven into saturation, and many out of use, which is
    /// what "optimally trained" networks of the paper seem to be like. With a rate of 0.003 and a tenth of the epochs, the first images'
    /// network of 100 units has no more than 20 units to spare.
    /// </summary>
    public Network Fit(IProgress<TrainingProgress> progress, CancellationToken cancellation)
    {
        var training = new TrainingOptions
        {
            Loss = Loss,
            Optimizer = new OptimizerOptions(OptimizerKind.Adam) { WeightDecay = WeightDecay },
            LearningRate = LearningRateSchedule.Cosine(Rate, 1e-5),
            Epochs = Epochs,
            BatchSize = 100,
            Seed = Seed,
        };
        string name = Name.Replace('-', '_');
        var network = TrainableNetwork.Perceptron(name, Train.InputShape, Widths, Activation.Sigmoid, Output, Seed);
        new Trainer(network, Train, null, training).Run(progress, cancellation);
        return network.ToNetwork();
    }

    /// <summary>The loss of the best constant outputs: what a network without any hidden unit comes to.</summary>
    public double LossOfKnowingNothing()
    {
        int outputs = Widths[^1];
        double loss = 0;
        for (int output = 0; output < outputs; output++)
        {
            double mean = Enumerable.Range(0, Train.Count).Average(i => Target(i, output)), part = 0;
            for (int i = 0; i < Train.Count; i++) part += Math.Pow(Target(i, output) - mean, 2) / Train.Count;
            loss += Loss == LossKind.MeanSquaredError ? part / outputs : mean > 0 ? -mean * Math.Log(mean) : 0;
        }

        return loss;
    }

    private double Target(int sample, int output)
    {
        int outputs = Widths[^1];
        if (Train.Targets is float[] targets) return targets[sample * outputs + output];
        return outputs == 1 ? Train.Labels![sample] : Train.Labels![sample] == output ? 1 : 0;
    }
}
