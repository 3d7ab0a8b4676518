using Espalier.Compilation.Model;
using Espalier.Data;
using Espalier.Interchange;
using Espalier.Pruning;
using Espalier.Training;
using Espalier.Training.Losses;

namespace Espalier.Cli.Reproduction.Experiments.Lobs;

/// <summary>
/// The LeNet-300-100 whose weights the authors of layer-wise OBS published, with MNIST. The network misses 72 of the first 5,000 training
/// images and none of the other 55,000: it never saw the first 5,000, which so serve as its validation part.
/// </summary>
internal sealed class PublishedLeNet
{
    /// <summary>What networks are judged by.</summary>
    public const LossKind Loss = LossKind.CategoricalCrossEntropy;

    private const string Folder = "weights/lobs-lenet-300-100/original_parameters/";

    /// <summary>The training images that the network never saw; and the samples that the small scale takes.</summary>
    private const int Unseen = 5000, QuickSamples = 5000;

    private static readonly int[] s_widths = [784, 300, 100, 10];

    /// <summary>Loads the weights and the data.</summary>
    /// <exception cref="EspalierException">A file is missing or bad.</exception>
    public PublishedLeNet(ExperimentRun run)
    {
        DataSplit split = run.Data.Load("mnist");
        Train = run.Quick ? split.Train.Slice("mnist train", Unseen, QuickSamples) : split.Train;
        Test = split.Test;
        Dense = TrainableNetwork.Perceptron("lenet", Train.InputShape, s_widths[1..], Activation.Relu, Activation.Softmax, seed: 1);
        for (int i = 0; i < Dense.Layers.Count; i++)
        {
            var layer = (TrainableDense)Dense.Layers[i];
            Read(run.Data, $"w_layer{i + 1}.npy", s_widths[i], s_widths[i + 1]).Transpose().Values.CopyTo(layer.Weights.Values, 0);
            Read(run.Data, $"b_layer{i + 1}.npy", s_widths[i + 1]).Values.CopyTo(layer.Biases.Values, 0);
        }
    }

    /// <summary>The dense network, which stays as it is.</summary>
    public TrainableNetwork Dense { get; }

    /// <summary>The training samples; a small part of them on the small scale.</summary>
    public Dataset Train { get; }

    /// <summary>The 10,000 test samples.</summary>
    public Dataset Test { get; }

    /// <summary>The first training samples that the network learned from.</summary>
    public Dataset Seen(int count) => Train.Count > count + Unseen
        ? Train.Slice("mnist train", Unseen, count)
        : Train.Slice("mnist train", 0, Math.Min(count, Train.Count));

    /// <summary>
    /// A budget of percentages kept in each layer; what goes is rounded to whole weights, so that 6.7, 20 and 65 % are 22,408 weights.
    /// </summary>
    public RemovalBudget Keep(params ReadOnlySpan<double> percents)
    {
        var counts = new int[percents.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            int size = Dense.PrunableParameters[i].Values.Length;
            counts[i] = size - (int)Math.Round(size * (1 - percents[i] / 100));
        }

        return RemovalBudget.PerLayer(counts);
    }

    /// <summary>A copy of the dense network, pruned without retraining.</summary>
    public TrainableNetwork Prune(PruningCriterion criterion, RemovalBudget budget, CancellationToken cancellation)
    {
        TrainableNetwork network = Dense.Clone();
        criterion.Remove(new PruningContext(network, Train, Loss), budget, cancellation);
        return network;
    }

    /// <summary>The test error in percent.</summary>
    public double TestError(TrainableNetwork network) => Evaluator.Evaluate(network, Test, Loss).ErrorPercent!.Value;

    private static NpyArray Read(DataCatalog data, string file, params int[] shape)
    {
        string path = data.FindFile("The published LeNet-300-100", Folder + file);
        NpyArray array = NpyFile.Load(path);
        return array.Shape.SequenceEqual(shape)
            ? array
            : throw new EspalierException($"{path}: an array of {string.Join(" x ", array.Shape)}, not of {string.Join(" x ", shape)}; " +
                "get the file anew.");
    }
}
