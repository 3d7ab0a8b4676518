using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Training;
using Espalier.Training.Losses;
using Espalier.Training.Optimizers;

namespace Espalier.Cli.Reproduction.Experiments.Shrinking;

/// <summary>One network of Wolfe et al.: what it learns, its shape, and what they print.</summary>
/// <param name="Name">The name of its part and plot.</param>
/// <param name="Title">The problem in words.</param>
/// <param name="Published">What the paper says of it, or null.</param>
/// <param name="Train">What it learns, and what units are ranked and errors measured on, as theirs are.</param>
/// <param name="Widths">The units of each layer, outputs last.</param>
/// <param name="Output">The activation of the outputs.</param>
/// <param name="Epochs">The passes through the samples.</param>
/// <param name="Bar">The percentage of units that must go before the error has risen, or null when the paper states none.</param>
/// <param name="Tolerance">How far the loss may rise above the start for the curve to count as flat.</param>
internal sealed record ShrinkingProblem(
    string Name, string Title, string? Published, Dataset Train, int[] Widths, Activation Output, int Epochs, double? Bar, double Tolerance)
{
    /// <summary>Squared error for sigmoid outputs, as in the paper; cross-entropy for softmax.</summary>
    public LossKind Loss => Output.Kind == ActivationKind.Softmax ? LossKind.CategoricalCrossEntropy : LossKind.MeanSquaredError;

    /// <summary>The number of hidden units.</summary>
    public int Units => Widths[..^1].Sum();

    /// <summary>How it is trained: sigmoid units, Adam, a rate that falls to nothing.</summary>
    public TrainingOptions Training => new()
    {
        Loss = Loss,
        Optimizer = new OptimizerOptions(OptimizerKind.Adam),
        LearningRate = LearningRateSchedule.Cosine(0.01, 1e-5),
        Epochs = Epochs,
        BatchSize = 100,
        Seed = 1,
    };

    /// <summary>All that decides the trained network.</summary>
    public string Recipe =>
        FormattableString.Invariant($"{Title}; {Train.Name}, {Train.Count} samples; {string.Join('-', Widths)}; {Training}");

    /// <summary>Trains the network.</summary>
    public Network Fit(IProgress<TrainingProgress> progress, CancellationToken cancellation)
    {
        string name = Name.Replace('-', '_');
        var network = TrainableNetwork.Perceptron(name, Train.InputShape, Widths, Activation.Sigmoid, Output, seed: 1);
        new Trainer(network, Train, null, Training).Run(progress, cancellation);
        return network.ToNetwork();
    }
}
