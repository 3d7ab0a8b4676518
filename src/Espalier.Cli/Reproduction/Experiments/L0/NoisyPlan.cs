namespace Espalier.Cli.Reproduction.Experiments.L0;

/// <summary>The network of an experiment with <see cref="NoisyLeNet"/>, and its settings.</summary>
/// <param name="Architecture">The form of the network.</param>
/// <param name="DenseEpochs">Of the dense network.</param>
/// <param name="TuningEpochs">Of the survivors without noise.</param>
/// <param name="DivergenceScale">The factor of the divergence of variational dropout on the training part.</param>
/// <param name="StartLogVariance">log sigma^2 of all weights at the start of variational dropout.</param>
/// <param name="QuickEpochs">Of each training on the small scale.</param>
/// <param name="QuickRate">The rate at which a training under noise starts on the small scale.</param>
internal sealed record NoisyPlan(
    string Architecture, int DenseEpochs, int TuningEpochs, double DivergenceScale, double StartLogVariance, int QuickEpochs,
    double QuickRate)
{
    /// <summary>
    /// LeNet-300-100. On the last 5,000 images: gates of each sample that start 80 instead of 50 % open, and a rate that falls to 0
    /// (1.34 % errors at 43,094 weights, against 1.5 to 1.6 at as many); for variational dropout, long and mild (71x at 1.64 % errors with
    /// 1.4 times the divergence in 200 epochs, at 1.80 % with 1.7 times in 120; with twice the divergence, 81x at 1.98 %).
    /// </summary>
    public static NoisyPlan LeNet300 { get; } = new("lenet-300-100", 5, 15, 1.4, -10, 20, 1e-2);

    /// <summary>
    /// LeNet-5 in the Caffe form. On the last 5,000 images, 40 epochs with the divergence as it is left one weight of 93 at 0.94 % errors,
    /// and at 0.70 % after fine-tuning: there was room for twice the divergence.
    /// </summary>
    public static NoisyPlan LeNet5 { get; } = new("lenet-5-caffe", 6, 8, 2, -8, 6, 1e-3);
}
